// SPDX-License-Identifier: Apache-2.0
/* The frames of protocols made of records with a length: TLS, SMB over NetBIOS, DNS, ONC RPC with NFS, MQTT, DCE/RPC.
 *
 * Source: the frames that Suricata 7.0.10 writes (eve-log, type frame) of the same bytes; those of DCE/RPC are
 *         Suricata 8's. */
#include "proto/frame.h"

#include "proto/nfs.h"

static uint32_t be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* TLS */

enum { TLS_hdr, TLS_pdu, TLS_data, TLS_alert, TLS_heartbeat, TLS_ssl2_hdr, TLS_ssl2_pdu };
const char *const tls_frames[] = {FRAME("tls", "hdr"),	     FRAME("tls", "pdu"),	FRAME("tls", "data"),
				  FRAME("tls", "alert"),     FRAME("tls", "heartbeat"), FRAME("tls", "ssl2.hdr"),
				  FRAME("tls", "ssl2.pdu"), NULL};
#define TLS_HEAD 5u

uint64_t tls_record(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (n < TLS_HEAD)
		return 0;
	if (p[0] & 0x80) { /* SSL 2 */
		uint32_t len = (be16(p) & 0x7fff) + 2;

		proto_frame(c, TLS_ssl2_hdr, p, 3, NULL);
		proto_frame(c, TLS_ssl2_pdu, p, len, NULL);
		return len;
	}
	if (p[0] < 20 || p[0] > 24)
		return FRAME_LOST;
	uint32_t len = be16(p + 3);
	proto_frame(c, TLS_hdr, p, TLS_HEAD, NULL);
	proto_frame(c, TLS_pdu, p, TLS_HEAD + len, NULL);
	proto_frame(c, TLS_data, p + TLS_HEAD, len, NULL);
	if (p[0] == 21 || p[0] == 24)
		proto_frame(c, p[0] == 21 ? TLS_alert : TLS_heartbeat, p + TLS_HEAD, len, NULL);
	return TLS_HEAD + len;
}

/* SMB */

enum { NBSS_pdu, NBSS_hdr, NBSS_data, SMB1_pdu, SMB1_hdr, SMB1_data, SMB2_pdu, SMB2_hdr, SMB2_data, SMB3_pdu,
       SMB3_hdr, SMB3_data };
const char *const smb_frames[] = {FRAME("smb", "nbss.pdu"), FRAME("smb", "nbss.hdr"),  FRAME("smb", "nbss.data"),
				  FRAME("smb", "smb1.pdu"), FRAME("smb", "smb1.hdr"),  FRAME("smb", "smb1.data"),
				  FRAME("smb", "smb2.pdu"), FRAME("smb", "smb2.hdr"),  FRAME("smb", "smb2.data"),
				  FRAME("smb", "smb3.pdu"), FRAME("smb", "smb3.hdr"),  FRAME("smb", "smb3.data"),
				  NULL};
#define NBSS_HEAD  4u
#define SMB2_HEAD  64u
#define SMB2_NEXT  20u /* in its head: where the next message of a chain begins */
#define CHAIN_MAX_ 64u /* messages of a chain */
#define CHAIN_WAIT 4096u /* bytes: less than the window that streams keep */

static void smb_message(struct proto_call *c, uint8_t pdu, const uint8_t *p, uint32_t len, uint32_t head)
{
	proto_frame(c, pdu, p, len, NULL);
	if (len < head)
		return;
	proto_frame(c, (uint8_t)(pdu + 1), p, head, NULL);
	proto_frame(c, (uint8_t)(pdu + 2), p + head, len - head, NULL);
}

/* Whether a further message of a chain begins in what is to come, soon enough to wait for its head. */
static bool smb2_more(const uint8_t *p, uint32_t n, uint32_t len)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < CHAIN_MAX_ && at + SMB2_NEXT + 4 <= n && p[at] == 0xfe; i++) {
		uint32_t next = le32(p + at + SMB2_NEXT);

		if (next < SMB2_HEAD || next >= len - at)
			return false;
		at += next;
		if (at + SMB2_HEAD <= len && at + SMB2_HEAD > n)
			return at < CHAIN_WAIT;
	}
	return false;
}

static void smb2_chain(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t len)
{
	for (unsigned i = 0; i < CHAIN_MAX_ && n >= SMB2_NEXT + 4 && p[0] == 0xfe; i++) {
		uint32_t next = le32(p + SMB2_NEXT);
		bool last = next < SMB2_HEAD || next >= len;

		smb_message(c, SMB2_pdu, p, last ? len : next, SMB2_HEAD);
		if (last || next >= n)
			return;
		p += next;
		n -= next;
		len -= next;
	}
}

uint64_t smb_record(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (n < NBSS_HEAD)
		return 0;
	uint32_t len = ((uint32_t)p[1] << 16 | be16(p + 2)) & 0xffffff, need = len < SMB2_HEAD ? len : SMB2_HEAD;
	const uint8_t *m = p + NBSS_HEAD;

	if (n - NBSS_HEAD < need || (need && m[0] == 0xfe && smb2_more(m, n - NBSS_HEAD, len)))
		return 0;
	proto_frame(c, NBSS_pdu, p, NBSS_HEAD + len, NULL);
	proto_frame(c, NBSS_hdr, p, NBSS_HEAD, NULL);
	proto_frame(c, NBSS_data, m, len, NULL);
	if (p[0] != 0 || len < 4 || m[1] != 'S' || m[2] != 'M' || m[3] != 'B')
		return NBSS_HEAD + (uint64_t)len;
	if (m[0] == 0xff)
		smb_message(c, SMB1_pdu, m, len, 32);
	else if (m[0] == 0xfe)
		smb2_chain(c, m, n - NBSS_HEAD, len);
	else if (m[0] == 0xfd)
		smb_message(c, SMB3_pdu, m, len, 52);
	return NBSS_HEAD + (uint64_t)len;
}

/* DNS */

const char *const dns_frames[] = {FRAME("dns", "pdu"), NULL};

uint64_t dns_record(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (c->flow->proto != 6) {
		proto_frame(c, 0, p, n, NULL);
		return n;
	}
	if (n < 3)
		return 0;
	proto_frame(c, 0, p + 2, be16(p), NULL);
	return 2u + be16(p);
}

/* ONC RPC and NFS in it */

enum { RPC_pdu, RPC_hdr, RPC_data, RPC_creds, NFS_pdu, NFS_status, NFS4_pdu, NFS4_hdr, NFS4_ops, NFS4_status };
const char *const nfs_frames[] = {FRAME("nfs", "rpc.pdu"),    FRAME("nfs", "rpc.hdr"),	 FRAME("nfs", "rpc.data"),
				  FRAME("nfs", "rpc.creds"),  FRAME("nfs", "nfs.pdu"),	 FRAME("nfs", "nfs.status"),
				  FRAME("nfs", "nfs4.pdu"),   FRAME("nfs", "nfs4.hdr"),	 FRAME("nfs", "nfs4.ops"),
				  FRAME("nfs", "nfs4.status"), NULL};
#define RPC_MARK 4u

/* What NFS says in a call (`status` false) or an answer. */
static void nfs_part(struct proto_call *c, const uint8_t *p, uint32_t n, uint64_t len, uint32_t version, bool status)
{
	if (version != 4) {
		proto_frame(c, NFS_pdu, p, len, NULL);
		if (status && len >= 4)
			proto_frame(c, NFS_status, p, 4, NULL);
		return;
	}
	proto_frame(c, NFS4_pdu, p, len, NULL);
	if (status && len >= 4)
		proto_frame(c, NFS4_status, p, 4, NULL);
	/* A call: tag and minor version; an answer: status and tag. */
	uint32_t at = status ? 4 : 0;
	if (n < at + 4 || be32(p + at) > n)
		return;
	uint64_t head = 8u + ((be32(p + at) + 3) & ~3u);
	if (head > n || head > len)
		return;
	proto_frame(c, NFS4_hdr, p, head, NULL);
	proto_frame(c, NFS4_ops, p + head, len - head, NULL);
}

static void rpc_call(struct proto_call *c, const uint8_t *r, uint32_t n, uint64_t len)
{
	uint32_t creds = 32 + ((be32(r + 28) + 3) & ~3u);

	if (creds > n || be32(r + 28) > n)
		return;
	proto_frame(c, RPC_creds, r + 24, creds - 24, NULL);
	if (n < creds + 8 || be32(r + creds + 4) > n)
		return;
	uint32_t args = creds + 8 + ((be32(r + creds + 4) + 3) & ~3u);
	if (args < len && args <= n)
		nfs_part(c, r + args, n - args, len - args, be32(r + 16), false);
}

static void rpc_reply(struct proto_call *c, const uint8_t *r, uint32_t n, uint64_t len)
{
	uint32_t version = nfs_version_of(c, be32(r));

	if (n < 24 || be32(r + 16) > n)
		return;
	uint32_t results = 24 + ((be32(r + 16) + 3) & ~3u);
	if (results < len && results <= n && version)
		nfs_part(c, r + results, n - results, len - results, version, true);
}

uint64_t nfs_record(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t mark = c->flow->proto == 6 ? RPC_MARK : 0;
	if (n < mark + 8)
		return mark ? 0 : FRAME_LOST;
	uint64_t len = mark ? be32(p) & 0x7fffffff : n;
	const uint8_t *r = p + mark;
	bool call = be32(r + 4) == 0;

	/* The heads of most messages: longer ones are told as far as they are there. */
	if (n - mark < (len < 128 ? len : 128) || len < 8)
		return len < 8 ? FRAME_LOST : 0;
	proto_frame(c, RPC_pdu, p, mark + len, NULL);
	if (!call) {
		proto_frame(c, RPC_hdr, p, mark + 8, NULL);
		proto_frame(c, RPC_data, r + 8, len - 8, NULL);
	}
	if (call && n - mark >= 32)
		rpc_call(c, r, n - mark, len);
	else if (!call)
		rpc_reply(c, r, n - mark, len);
	return mark + len;
}

/* MQTT */

enum { MQTT_pdu, MQTT_header, MQTT_data };
const char *const mqtt_frames[] = {FRAME("mqtt", "pdu"), FRAME("mqtt", "header"), FRAME("mqtt", "data"), NULL};
#define MQTT_HEAD 2u /* Suricata's, however long the length is written */

uint64_t mqtt_record(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t len = 0, i = 1;

	for (; i < 5; i++) {
		if (i >= n)
			return 0;
		len |= (uint32_t)(p[i] & 0x7f) << 7 * (i - 1);
		if (!(p[i] & 0x80))
			break;
	}
	if (i == 5)
		return FRAME_LOST;
	proto_frame(c, MQTT_pdu, p, 1u + i + len, NULL);
	proto_frame(c, MQTT_header, p, MQTT_HEAD, NULL);
	proto_frame(c, MQTT_data, p + MQTT_HEAD, len, NULL);
	return 1u + i + len;
}

/* DCE/RPC */

enum { DCERPC_hdr, DCERPC_pdu, DCERPC_data };
const char *const dcerpc_frames[] = {FRAME("dcerpc", "hdr"), FRAME("dcerpc", "pdu"), FRAME("dcerpc", "data"), NULL};
#define DCERPC_HEAD 16u

uint64_t dcerpc_record(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (c->flow->proto != 6 || n < DCERPC_HEAD)
		return c->flow->proto == 6 ? 0 : FRAME_LOST;
	uint32_t len = p[4] & 0x10 ? (uint32_t)p[9] << 8 | p[8] : be16(p + 8);

	if (p[0] != 5 || len < DCERPC_HEAD)
		return FRAME_LOST;
	proto_frame(c, DCERPC_hdr, p, DCERPC_HEAD, NULL);
	proto_frame(c, DCERPC_pdu, p, len, NULL);
	proto_frame(c, DCERPC_data, p + DCERPC_HEAD, len - DCERPC_HEAD, NULL);
	return len;
}
