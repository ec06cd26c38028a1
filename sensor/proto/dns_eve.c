// SPDX-License-Identifier: Apache-2.0
/* The dns block of an alert, in Suricata 7's form ("version": 2), and the names of types and codes.
 */
#include "proto/dns_msg.h"

#include "base/bytes.h"

#include <stdio.h>

/* clang-format off */
static const struct {
	uint16_t type;
	const char *name;
} types[] = { /* IANA, Domain Name System parameters */
	{1, "A"}, {2, "NS"}, {3, "MD"}, {4, "MF"}, {5, "CNAME"}, {6, "SOA"}, {7, "MB"}, {8, "MG"},
	{9, "MR"}, {10, "NULL"}, {11, "WKS"}, {12, "PTR"}, {13, "HINFO"}, {14, "MINFO"}, {15, "MX"},
	{16, "TXT"}, {17, "RP"}, {18, "AFSDB"}, {19, "X25"}, {20, "ISDN"}, {21, "RT"}, {22, "NSAP"},
	{23, "NSAPPTR"}, {24, "SIG"}, {25, "KEY"}, {26, "PX"}, {27, "GPOS"}, {28, "AAAA"}, {29, "LOC"},
	{30, "NXT"}, {33, "SRV"}, {34, "ATMA"}, {35, "NAPTR"}, {36, "KX"}, {37, "CERT"}, {38, "A6"},
	{39, "DNAME"}, {41, "OPT"}, {42, "APL"}, {43, "DS"}, {44, "SSHFP"}, {45, "IPSECKEY"},
	{46, "RRSIG"}, {47, "NSEC"}, {48, "DNSKEY"}, {49, "DHCID"}, {50, "NSEC3"}, {51, "NSEC3PARAM"},
	{52, "TLSA"}, {55, "HIP"}, {59, "CDS"}, {60, "CDNSKEY"}, {64, "SVCB"}, {65, "HTTPS"},
	{99, "SPF"}, {249, "TKEY"}, {250, "TSIG"}, {251, "IXFR"}, {252, "AXFR"}, {253, "MAILB"},
	{254, "MAILA"}, {255, "ANY"}, {256, "URI"},
};
static const char *const rcodes[] = {
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
	"NXRRSET", "NOTAUTH", "NOTZONE",
};
/* clang-format on */

#define TYPE_SOA  6
#define TYPE_SRV  33
#define SHOWN_MAX 64u /* records of a section that are written */

const char *dns_type_name(uint16_t type)
{
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type == type)
			return types[i].name;
	}
	return NULL;
}

const char *dns_rcode_name(unsigned rcode)
{
	return rcode < sizeof(rcodes) / sizeof(rcodes[0]) ? rcodes[rcode] : NULL;
}

static void put_type(struct json *j, uint16_t type)
{
	const char *name = dns_type_name(type);
	char text[8];

	snprintf(text, sizeof(text), "%u", type);
	json_str(j, "rrtype", name ? name : text);
}

static void put_name(struct json *j, const char *key, const struct dns_msg *m,
		     const struct dns_rr *rr)
{
	json_strn(j, key, m->text + rr->name, rr->name_len);
}

/* A name inside a record's data; returns where the next field is. */
static uint32_t put_name_at(struct json *j, const char *key, const struct dns_msg *m, uint32_t at)
{
	char name[DNS_NAME_MAX];
	uint32_t len, next = m->n;

	if (dns_name(m->at, m->n, at, name, sizeof(name), &len, &next) == DNS_fine)
		json_strn(j, key, name, len);
	return next;
}

static void put_soa(struct json *j, const struct dns_msg *m, const struct dns_rr *rr)
{
	static const char *const keys[] = {"serial", "refresh", "retry", "expire", "minimum"};
	uint32_t end = rr->data + rr->data_len;

	json_open(j, "soa");
	uint32_t at = put_name_at(j, "mname", m, rr->data);
	at = at < end ? put_name_at(j, "rname", m, at) : end;
	if (at < end) {
		struct bytes b = bytes_of(m->at + at, end - at);

		for (unsigned i = 0; i < 5 && bytes_left(&b) >= 4; i++)
			json_u64(j, keys[i], bytes_be32(&b));
	}
	json_close(j);
}

static void put_srv(struct json *j, const struct dns_msg *m, const struct dns_rr *rr)
{
	struct bytes b = bytes_of(m->at + rr->data, rr->data_len);

	if (rr->data_len < 7)
		return;
	json_open(j, "srv");
	json_u64(j, "priority", bytes_be16(&b));
	json_u64(j, "weight", bytes_be16(&b));
	json_u64(j, "port", bytes_be16(&b));
	put_name_at(j, "name", m, rr->data + 6u);
	json_close(j);
}

static void put_record(struct json *j, const struct dns_msg *m, const struct dns_rr *rr)
{
	char text[1024];

	json_open(j, NULL);
	put_name(j, "rrname", m, rr);
	put_type(j, rr->type);
	json_u64(j, "ttl", rr->ttl);
	if (rr->type == TYPE_SOA)
		put_soa(j, m, rr);
	else if (rr->type == TYPE_SRV)
		put_srv(j, m, rr);
	else if (dns_rdata(m, rr, text, sizeof(text))[0])
		json_str(j, "rdata", text);
	json_close(j);
}

static void put_section(struct json *j, const char *key, const struct dns_msg *m, unsigned s,
			unsigned max)
{
	if (m->count[s] == 0)
		return;
	json_array(j, key);
	for (unsigned i = 0; i < m->count[s] && i < max; i++)
		put_record(j, m, &m->rr[m->first[s] + i]);
	json_array_end(j);
}

/* "grouped": what the answers say, by type, in the order of their first. */
static void put_grouped(struct json *j, const struct dns_msg *m, unsigned max)
{
	const struct dns_rr *rr = &m->rr[m->first[DNS_answer]];
	unsigned n = m->count[DNS_answer] < max ? m->count[DNS_answer] : max;
	bool done[SHOWN_MAX] = {false};
	char text[1024];

	json_open(j, "grouped");
	for (unsigned i = 0; i < n; i++) {
		const char *name = dns_type_name(rr[i].type);

		if (done[i] || !name || !dns_rdata(m, &rr[i], text, sizeof(text))[0])
			continue;
		json_array(j, name);
		for (unsigned k = i; k < n; k++) {
			if (rr[k].type != rr[i].type)
				continue;
			done[k] = true;
			json_str(j, NULL, dns_rdata(m, &rr[k], text, sizeof(text)));
		}
		json_array_end(j);
	}
	json_close(j);
}

static void put_query(struct json *j, const struct dns_msg *m, unsigned max)
{
	json_array(j, "query");
	for (unsigned i = 0; i < m->count[DNS_question] && i < max; i++) {
		json_open(j, NULL);
		json_str(j, "type", "query");
		json_u64(j, "id", m->id);
		put_name(j, "rrname", m, &m->rr[i]);
		put_type(j, m->rr[i].type);
		json_u64(j, "tx_id", m->tx.number);
		if (m->flags & 0x40)
			json_bool(j, "z", true);
		json_u64(j, "opcode", dns_opcode(m));
		json_close(j);
	}
	json_array_end(j);
}

static void put_answer(struct json *j, const struct dns_msg *m, unsigned max)
{
	static const struct {
		uint16_t bit;
		const char *key;
	} flags[] = {{0x8000, "qr"}, {0x400, "aa"}, {0x200, "tc"},
		     {0x100, "rd"},  {0x80, "ra"},  {0x40, "z"}};
	char text[8];

	json_open(j, "answer");
	json_u64(j, "version", 2);
	json_str(j, "type", "answer");
	json_u64(j, "id", m->id);
	snprintf(text, sizeof(text), "%x", m->flags);
	json_str(j, "flags", text);
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (m->flags & flags[i].bit)
			json_bool(j, flags[i].key, true);
	}
	json_u64(j, "opcode", dns_opcode(m));
	if (m->count[DNS_question]) {
		put_name(j, "rrname", m, &m->rr[0]);
		put_type(j, m->rr[0].type);
	}
	snprintf(text, sizeof(text), "%u", m->flags & 15u);
	const char *rcode = dns_rcode_name(m->flags & 15u);
	json_str(j, "rcode", rcode ? rcode : text);
	put_section(j, "answers", m, DNS_answer, max);
	if (m->count[DNS_answer])
		put_grouped(j, m, max);
	put_section(j, "authorities", m, DNS_authority, max);
	json_close(j);
}

uint32_t dns_eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct dns_msg *m = (const struct dns_msg *)tx;

	if (!m->shown)
		return 0;
	/* What does not fit is written again with fewer records. */
	for (unsigned max = SHOWN_MAX; max; max /= 4) {
		struct json j = json_of(out, size);

		json_open(&j, "dns");
		if (dns_is_response(m))
			put_answer(&j, m, max);
		else
			put_query(&j, m, max);
		json_u64(&j, "version", 2);
		json_close(&j);
		if (json_ok(&j))
			return (uint32_t)j.len;
	}
	return 0;
}
