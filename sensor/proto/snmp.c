// SPDX-License-Identifier: Apache-2.0
/* SNMP 1, 2c (RFC 3416) and 3 (RFC 3412, 3414): each message is a transaction of its own. As a
 * login: a community is tried when it is first heard, and holds when it is answered; of version 3
 * the reports that say a user or a digest is wrong. */
#include "base/bytes.h"
#include "base/hash.h"
#include "base/json.h"
#include "proto/der.h"
#include "proto/protocol.h"

#include <stdio.h>

#define PDU_get      0xa0
#define PDU_response 0xa2
#define PDU_trap     0xa4
#define PDU_report   0xa8

enum { EVENT_malformed, EVENT_security, EVENT_version };
static const char *const events[] = {"malformed_data", "unknown_security_model", "version_mismatch",
				     NULL};

enum { F_community, F_usm, F_version, F_pdu, F_trap };
#define BOTH 3
static const struct field fields[] = {
	{"snmp.community", FIELD_bytes, BOTH, {1, 1}, false, "community"},
	{"snmp.usm", FIELD_bytes, BOTH, {1, 1}, false, "user of version 3"},
	{"snmp.version", FIELD_number, BOTH, {1, 1}, false, "1, 2 or 3"},
	{"snmp.pdu_type", FIELD_number, BOTH, {1, 1}, false, "kind of message"},
	{"snmp.trap_type", FIELD_number, BOTH, {1, 1}, false, "generic trap of version 1"},
	{0},
};

struct snmp_msg {
	struct tx tx;
	struct view_of_bytes community, usm;
	struct view_of_bytes vars, trap_oid, trap_address; /* EVE's; at NULL: none */
	uint8_t version, pdu, trap, error;
	bool has_pdu, has_trap;
	bool report_user, report_digest; /* usmStatsUnknownUserNames, usmStatsWrongDigests */
};

struct snmp_state {
	uint64_t tried; /* hash of the name that was told last */
	bool held;
};

static struct view_of_bytes view(const struct bytes *b)
{
	return (struct view_of_bytes){b->at, (uint32_t)bytes_left(b)};
}

static uint32_t integer(struct bytes b)
{
	uint32_t v = 0;

	while (bytes_left(&b))
		v = v << 8 | bytes_u8(&b);
	return v;
}

/* 1.3.6.1.6.3.15.1.1.N of the report's only variable */
static void report(struct snmp_msg *m, struct bytes pdu)
{
	static const uint8_t usm_stats[] = {0x2b, 6, 1, 6, 3, 15, 1, 1};
	const uint8_t *at = memmem(pdu.at, bytes_left(&pdu), usm_stats, sizeof(usm_stats));

	if (!at || at + sizeof(usm_stats) >= pdu.end)
		return;
	m->report_user = at[sizeof(usm_stats)] == 3;
	m->report_digest = at[sizeof(usm_stats)] == 5;
}

static bool read_pdu(struct snmp_msg *m, struct bytes *b)
{
	struct der d, skip;

	if (der_next(b, &d) != DER_fine || d.tag < PDU_get || d.tag > PDU_report)
		return false;
	m->pdu = d.tag & 0x0f;
	m->has_pdu = true;
	if (d.tag == PDU_report)
		report(m, d.body);
	struct bytes body = d.body, list;
	/* of a trap of version 1: enterprise, agent, generic trap, specific, time; else number, error, index */
	unsigned n = d.tag == PDU_trap ? 5 : 3;
	for (unsigned i = 0; i < n && der_next(&body, &skip) == DER_fine; i++) {
		if (d.tag == PDU_trap && i == 0)
			m->trap_oid = view(&skip.body);
		if (d.tag == PDU_trap && i == 1)
			m->trap_address = view(&skip.body);
		if (d.tag == PDU_trap && i == 2) {
			m->trap = (uint8_t)integer(skip.body);
			m->has_trap = true;
		}
		if (d.tag != PDU_trap && i == 1)
			m->error = (uint8_t)integer(skip.body);
	}
	if (der_take(&body, DER_SEQUENCE, &list))
		m->vars = view(&list);
	return true;
}

static bool read_v3(struct snmp_msg *m, struct bytes *b)
{
	struct bytes global, security, usm;
	struct der d;

	if (!der_take(b, DER_SEQUENCE, &global) || !der_take(b, DER_OCTETS, &security))
		return false;
	if (der_take(&security, DER_SEQUENCE, &usm)) {
		/* engine, boots, time, user */
		for (unsigned i = 0; i < 3; i++) {
			if (der_next(&usm, &d) != DER_fine)
				return false;
		}
		if (der_next(&usm, &d) == DER_fine && d.tag == DER_OCTETS)
			m->usm = view(&d.body);
	} else {
		proto_event(&m->tx, EVENT_security);
	}
	if (der_next(b, &d) != DER_fine)
		return false;
	if (d.tag != DER_SEQUENCE)
		return true; /* encrypted */
	/* engine, name, the message */
	struct der skip;
	if (der_next(&d.body, &skip) != DER_fine || der_next(&d.body, &skip) != DER_fine)
		return false;
	return read_pdu(m, &d.body);
}

static bool read_message(struct snmp_msg *m, const uint8_t *p, uint32_t n)
{
	struct bytes b = bytes_of(p, n), body, version, community;

	if (!der_take(&b, DER_SEQUENCE, &body) || !der_take(&body, DER_INTEGER, &version))
		return false;
	uint32_t v = integer(version);
	if (v != 0 && v != 1 && v != 3)
		return false;
	m->version = (uint8_t)(v == 3 ? 3 : v + 1);
	if (v == 3)
		return read_v3(m, &body);
	if (!der_take(&body, DER_OCTETS, &community))
		return false;
	m->community = view(&community);
	return read_pdu(m, &body);
}

static void tell(struct proto_call *c, const struct snmp_msg *m, enum fact_result r, uint32_t code,
		 bool unknown)
{
	struct fact_login f = {.how = LOGIN_snmp,
			       .outcome = (uint8_t)r,
			       .code = code,
			       .clear = m->version < 3,
			       .user_unknown = unknown};
	char name[FACT_WORD_MAX];
	const struct view_of_bytes *v = m->version == 3 ? &m->usm : &m->community;

	proto_fact(c, FACT_login, &f, sizeof(f),
		   (const char *[]){proto_text(v->at, v->len, name, sizeof(name))}, 1);
}

static void login(struct proto_call *c, const struct snmp_msg *m)
{
	struct snmp_state *s = c->state;
	const struct view_of_bytes *v = m->version == 3 ? &m->usm : &m->community;
	bool answer = m->has_pdu && m->pdu == (PDU_response & 15);

	if (m->report_user || m->report_digest) {
		tell(c, m, RESULT_failed, m->report_user ? 3 : 5, m->report_user);
		return;
	}
	if (v->len == 0 || (m->has_pdu && (m->pdu == (PDU_trap & 15) || m->pdu >= 6)))
		return;
	uint64_t name = hash_bytes(v->at, v->len, m->version) | 1;
	if (c->dir == FLOW_to_server && !answer && name != s->tried) {
		s->tried = name;
		s->held = false;
		tell(c, m, RESULT_unknown, 0, false);
	} else if (answer && name == s->tried && !s->held) {
		s->held = true;
		tell(c, m, RESULT_ok, 0, false);
	}
}

static void data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	struct snmp_msg m = {.community = {p, 0}, .usm = {p, 0}};

	proto_tx_init(c, &m.tx);
	if (read_message(&m, p, n))
		login(c, &m);
	else
		proto_event(&m.tx, EVENT_malformed);
	proto_progress(c, &m.tx, c->dir, 1);
	proto_tx_end(c, &m.tx);
}

static enum probe probe(const uint8_t *p, uint32_t n, uint8_t dir, const struct flow *f,
			bool midstream)
{
	struct bytes b = bytes_of(p, n), body, version;

	(void)dir, (void)f, (void)midstream;
	return der_take(&b, DER_SEQUENCE, &body) && der_take(&body, DER_INTEGER, &version) &&
			       bytes_left(&version) == 1 && version.at[0] <= 3
		       ? PROBE_yes
		       : PROBE_no;
}

static bool bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		  struct view_of_bytes *out)
{
	const struct snmp_msg *m = (const struct snmp_msg *)tx;

	(void)dir;
	*out = f == F_community ? m->community : m->usm;
	return i == 0 && out->len;
}

static bool number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct snmp_msg *m = (const struct snmp_msg *)tx;

	(void)dir;
	*out = f == F_version ? m->version : f == F_pdu ? m->pdu : m->trap;
	return i == 0 && (f == F_version ? m->version : f == F_pdu ? m->has_pdu : m->has_trap);
}

/* "1.3.6.1.2.1"; what does not fit is left out. */
static const char *oid(struct view_of_bytes v, char *out, uint32_t size)
{
	uint32_t used = 0, part = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < v.len && used + 24 < size; i++) {
		part = part << 7 | (v.at[i] & 0x7f);
		if (v.at[i] & 0x80)
			continue;
		if (used == 0)
			used += (uint32_t)snprintf(out, size, "%u.%u", part < 80 ? part / 40 : 2,
						   part < 80 ? part % 40 : part - 80);
		else
			used += (uint32_t)snprintf(out + used, size - used, ".%u", part);
		part = 0;
	}
	return out;
}

static void put_vars(struct json *j, const struct snmp_msg *m)
{
	struct bytes b, var, name;
	char text[300];
	unsigned n = 0;

	if (!m->vars.at || !m->vars.len)
		return;
	b = bytes_of(m->vars.at, m->vars.len);
	json_array(j, "vars");
	while (n++ < 16 && der_take(&b, DER_SEQUENCE, &var) && der_take(&var, DER_OID, &name))
		json_str(j, NULL, oid(view(&name), text, sizeof(text)));
	json_array_end(j);
}

static void put_trap(struct json *j, const struct snmp_msg *m)
{
	static const char *const traps[] = {"coldStart", "warmStart", "linkDown", "linkUp",
					    "authenticationFailure", "egpNeighborLoss", "enterpriseSpecific"};
	char text[300];

	if (!m->has_trap)
		return;
	if (m->trap < sizeof(traps) / sizeof(traps[0]))
		json_str(j, "trap_type", traps[m->trap]);
	if (m->trap_oid.at)
		json_str(j, "trap_oid", oid(m->trap_oid, text, sizeof(text)));
	if (m->trap_address.at && m->trap_address.len == 4) {
		const uint8_t *a = m->trap_address.at;

		snprintf(text, sizeof(text), "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
		json_str(j, "trap_address", text);
	}
}

static uint32_t eve(const struct tx *tx, char *out, uint32_t size)
{
	static const char *const pdus[] = {"get_request",    "get_next_request", "response",
					   "set_request",    "trap_v1",          "get_bulk_request",
					   "inform_request", "trap_v2",          "report"};
	const struct snmp_msg *m = (const struct snmp_msg *)tx;
	struct json j = json_of(out, size);

	if (!m->version)
		return 0;
	json_open(&j, "snmp");
	json_u64(&j, "version", m->version);
	if (m->has_pdu && m->pdu < sizeof(pdus) / sizeof(pdus[0]))
		json_str(&j, "pdu_type", pdus[m->pdu]);
	put_trap(&j, m);
	put_vars(&j, m);
	if (m->community.len)
		json_strn(&j, "community", m->community.at, m->community.len);
	if (m->usm.len)
		json_strn(&j, "usm", m->usm.at, m->usm.len);
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}

static const uint16_t ports[] = {161, 162, 0};

const struct protocol protocol_snmp = {
	.name = "snmp",
	.over = PROTO_OVER_UDP,
	.ports = ports,
	.ports_only = true,
	.state_size = sizeof(struct snmp_state),
	.fields = fields,
	.events = events,
	.done = {1, 1},
	.probe = probe,
	.data = data,
	.bytes = bytes,
	.number = number,
	.eve = eve,
};
