// SPDX-License-Identifier: Apache-2.0
/* NFS, TFTP and BitTorrent's DHT. */
#include "check.h"
#include "hex.h"
#include "proto_rig.h"
#include "rig_only.h"

#define UNIX "00000001 00000018 00000000 00000003 61626300 000003e8 00000064 00000000 00000000 00000000"
#define NONE "00000000 00000000"
/* A call of NFS: number, version, procedure */
#define CALL(xid, version, procedure) xid "00000000 00000002 000186a3" version procedure
#define HANDLE "00000004 41424344"

static char kept[RIG_TEXT];

static void check_nfs(void)
{
	static const uint32_t splits[] = {0, 1, 3, 50};
	static struct rig r;
	uint8_t b[4096];

	for (unsigned s = 0; s < sizeof(splits) / sizeof(splits[0]); s++) {
		CASE("a name looked up, in pieces; its reply");
		rig_init(&r, 700, 2049);
		r.eve = true;
		r.split = splits[s];
		rig_say(&r, FLOW_to_server, b,
			hex("80000054" CALL("00000007", "00000003", "00000003") UNIX HANDLE
			    "00000005 68656c6c6f000000", b, sizeof(b)));
		rig_say(&r, FLOW_to_client, b,
			hex("8000001c 00000007 00000001 00000000" NONE "00000000 00000002", b, sizeof(b)));
		rig_fini(&r);
		CHECK(strstr(r.text, "\"nfs\":{\"version\":3,\"procedure\":\"LOOKUP\",\"filename\":\"hello\",\"id\":1,"
				     "\"file_tx\":false,\"type\":\"response\",\"status\":\"ERR_NOENT\"}") != NULL);
		CHECK(strstr(r.text, "\"creds\":{\"machine_name\":\"abc\",\"uid\":1000,\"gid\":100}") != NULL);
		CHECK_STR(only(r.text, "version procedure", kept), "nfs.version=3\nnfs.procedure=3\n");
	}
	CASE("a long record is stepped over; a version that is none");
	rig_init(&r, 700, 2049);
	size_t n = hex("80000800" CALL("00000001", "00000003", "00000007") NONE NONE HANDLE, b, sizeof(b));
	memset(b + n, 'x', 2048 + 4 - n);
	rig_say(&r, FLOW_to_server, b, 2048 + 4);
	rig_say(&r, FLOW_to_server, b,
		hex("80000028" CALL("00000002", "00000009", "00000000") NONE NONE, b, sizeof(b)));
	rig_fini(&r);
	CHECK_STR(only(r.text, "version procedure", kept),
		  "nfs.version=3\nnfs.procedure=7\nnfs.version=9\nnfs.procedure=0\nevent nfs.nonexistent_version\n");
	CASE("over UDP, version 2");
	rig_init(&r, 700, 2049);
	rig_datagram(&r, FLOW_to_server, b,
		     hex(CALL("00000001", "00000002", "00000001") NONE NONE, b, sizeof(b)));
	CHECK_EQ(r.flow->app, APP_nfs);
	rig_fini(&r);
	CASE("more calls than are kept");
	rig_init(&r, 700, 2049);
	for (unsigned i = 0; i < 40; i++)
		rig_say(&r, FLOW_to_server, b,
			hex("80000028" CALL("00000002", "00000003", "00000000") NONE NONE, b, sizeof(b)));
	CHECK(r.proto->mem.peak < 64 << 10);
	rig_fini(&r);
}

static void check_datagrams(void)
{
	static const struct {
		const char *name, *text;
		uint32_t n;
		uint16_t port;
		enum app app;
		const char *eve;
	} rows[] = {
		{"a file asked for", "\0\1a.bin\0octet\0", 14, 69, APP_tftp,
		 "\"tftp\":{\"packet\":\"read\",\"file\":\"a.bin\",\"mode\":\"octet\"}"},
		{"no mode", "\0\1a.bin\0octe", 12, 69, APP_none, NULL},
		{"a mode that is none", "\0\1a.bin\0octets\0", 15, 69, APP_none, NULL},
		{"a ping", "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", 56, 6881, APP_bittorrent_dht,
		 "\"bittorrent_dht\":{\"transaction_id\":\"6161\",\"request_type\":\"ping\",\"request\":{\"id\":"
		 "\"6162636465666768696a30313233343536373839\"}}"},
		{"a list inside a list without an end", "d1:ad2:id20:abcdefghij0123456789e1:qlllllll", 43, 6881,
		 APP_bittorrent_dht, "event bittorrent-dht.malformed_packet"},
		{"deeper than is followed", "d1:ad2:id20:abcdefghij0123456789e1:qllllllllllleeeeeeeeeeee", 60, 6881,
		 APP_bittorrent_dht, "event bittorrent-dht.malformed_packet"},
		{"a string longer than the datagram", "d1:ad2:id20:abcdefghij0123456789e1:q99999999999:x", 49, 6881,
		 APP_bittorrent_dht, "event bittorrent-dht.malformed_packet"},
	};
	static struct rig r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		rig_init(&r, 40000, rows[i].port);
		r.eve = true;
		rig_datagram(&r, FLOW_to_server, (const uint8_t *)rows[i].text, rows[i].n);
		CHECK_EQ(r.flow->app, rows[i].app);
		rig_fini(&r);
		if (rows[i].eve)
			CHECK(strstr(r.text, rows[i].eve) != NULL);
	}
}

int main(void)
{
	check_nfs();
	check_datagrams();
	return check_done();
}
