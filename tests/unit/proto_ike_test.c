// SPDX-License-Identifier: Apache-2.0
/* IKE and NTP: heads and what is in clear behind them. */
#include "hex.h"
#include "proto_rig.h"

/* clang-format off */
#define SPI "e47a591fd057587f a00b8ef0902bb8ec"
static const struct row {
	const char *name;
	uint16_t port;
	bool to_client;
	const char *message, *want;
} rows[] = {
	{"IKE 1: a key, a nonce, a vendor", 500, false,
	 SPI "04 10 02 00 00000000 00000038 0a 00 0008 11223344 0d 00 0008 55667788 00 00 000c 4a131c8107035845",
	 "ike.init_spi=e47a591fd057587f\nike.exchtype=2\nike.vendor=4a131c8107035845\nike.key_exchange_payload=\\x11\"3D\n"
	 "ike.key_exchange_payload_length=4\nike.nonce_payload=Ufw\\x88\nike.nonce_payload_length=4\nend 0\n"},
	{"IKE 1: what the responder has chosen", 500, true,
	 SPI "01 10 02 00 00000000 0000004c 00 00 0030 00000001 00000001 00 00 0024 01 01 00 01 00 00 001c 01 01 0000"
	     "8001 0007 8002 0002 8003 0001 000c 0004 00015180",
	 "ike.resp_spi=a00b8ef0902bb8ec\nike.exchtype=2\nike.chosen_sa_attribute=7\nike.chosen_sa_attribute=2\n"
	 "ike.chosen_sa_attribute=1\nike.chosen_sa_attribute=86400\nend 0\n"},
	{"IKE 1: encrypted", 500, false, SPI "05 10 20 01 12345678 00000020 ffffffff",
	 "ike.init_spi=e47a591fd057587f\nike.exchtype=32\nend 0\n"},
	{"IKE 2 behind four zeroes", 4500, false, "00000000" SPI "28 20 22 08 00000000 00000024 00 00 0008 55667788",
	 "ike.init_spi=e47a591fd057587f\nike.exchtype=34\nike.nonce_payload=Ufw\\x88\nike.nonce_payload_length=4\nend 0\n"},
	{"a payload beyond its message", 500, false, SPI "04 10 02 00 00000000 00000024 0a 00 00ff 11223344",
	 "ike.init_spi=e47a591fd057587f\nike.exchtype=2\nevent ike.malformed_data\nend 0\n"},
	{"a payload of no length", 500, false, SPI "04 10 02 00 00000000 00000024 0a 00 0000 11223344",
	 "ike.init_spi=e47a591fd057587f\nike.exchtype=2\nevent ike.malformed_data\nend 0\n"},
	{"IKE 2: 3DES, MD5, no group, no integrity", 500, true,
	 SPI "21 20 22 20 00000000 00000040 00 00 0024 00 00 0020 01 01 00 03 0300000801000003 0300000802000001 0000000805000000",
	 "ike.resp_spi=a00b8ef0902bb8ec\nike.exchtype=34\nevent ike.weak_crypto_enc\nevent ike.weak_crypto_prf\n"
	 "event ike.weak_crypto_no_dh\nevent ike.weak_crypto_no_auth\nend 0\n"},
	{"IKE 2: AH, GCM, a short group, a kind that is not known", 500, true,
	 SPI "21 20 22 20 00000000 00000040 00 00 0024 00 00 0020 01 02 00 03 0300000801000014 0300000804000002 0000000806000001",
	 "ike.resp_spi=a00b8ef0902bb8ec\nike.exchtype=34\nevent ike.weak_crypto_dh\nevent ike.no_encryption\n"
	 "event ike.unknown_proposal\nend 0\n"},
	{"IKE 2: no PRF, no group, weak integrity", 500, true,
	 SPI "21 20 22 20 00000000 00000040 00 00 0024 00 00 0020 01 01 00 03 0300000802000000 0300000804000000 0000000803000002",
	 "ike.resp_spi=a00b8ef0902bb8ec\nike.exchtype=34\nevent ike.weak_crypto_auth\nevent ike.invalid_proposal\nend 0\n"},
	{"IKE 1: a responder that does not choose", 500, true,
	 SPI "01 10 02 00 00000000 00000040 00 00 0024 00000001 00000001 00 00 0018 01 01 00 02 00 00 0010 01 01 0000"
	     "8001 0007 8002 0002",
	 "ike.resp_spi=a00b8ef0902bb8ec\nike.exchtype=2\nike.chosen_sa_attribute=7\nike.chosen_sa_attribute=2\n"
	 "event ike.multiple_server_proposal\nend 0\n"},
	{"NTP: a client", 123, false, "23 02 00 00 00000000 00000000 c0000201 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000",
	 "ntp.version=4\nntp.mode=3\nntp.stratum=2\nntp.reference_id=\\xc0\\x00\\x02\\x01\nend 0\n"},
	{"NTP: a private message", 123, false, "17 00 03 2a 00000000", "ntp.version=2\nntp.mode=7\nend 0\n"},
	{"NTP: too short", 123, false, "23 02 00 00", ""},
};
/* clang-format on */

int main(void)
{
	static struct rig r;
	uint8_t b[256];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = hex(rows[i].message, b, sizeof(b));

		CASE(rows[i].name);
		rig_init(&r, 40000, rows[i].port);
		rig_datagram(&r, rows[i].to_client, b, n);
		CHECK_STR(rig_fini(&r), rows[i].want);
		rig_init(&r, 40000, rows[i].port);
		for (size_t cut = n; cut > 0; cut--)
			rig_datagram(&r, rows[i].to_client, b, cut);
		rig_fini(&r);
	}
	return check_done();
}
