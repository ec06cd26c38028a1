// SPDX-License-Identifier: Apache-2.0
/* The outcome of a login by the sizes of encrypted segments.
 *
 * Method: Zeek's, as its documentation describes it: the server's first message after the keys
 * accepts the service; the next answers the client's first try with a list of methods, and each
 * answer of that same size is another failure; an answer 16 bytes shorter than the acceptance is
 * the success. Ours:   where both offers were seen the two sizes are computed from the chosen
 * cipher and MAC (17 and 1 bytes of payload, RFC 4253 6, RFC 5647 7.2), so that an extension
 * message before the acceptance does not deceive; what the server says before the client has spoken
 * is one. And more bytes than a login has are a session. A connection that ends with the first
 * answer has failed, too: nobody got in.
 */
#include "proto/ssh.h"

#define ACCEPT_PAYLOAD  17u /* message, length, "ssh-userauth" */
#define SUCCESS_PAYLOAD 1u
#define SHORTER         16u
#define BANNER_MORE     256u        /* an answer that much longer is a text to be shown */
#define SESSION_BYTES   (16u << 10) /* no login is that long */
/* Bytes on the wire of the client's message. Seen: passwords 76 to 148 (OpenSSH pads to 64, libssh
 * not), signatures by Ed25519 308; 222 computed where the server's key is not signed along (RFC
 * 8709, RFC 4252 7). */
#define KEY_LEAST    200u
#define GOODBYE_MOST 160u /* the client's disconnect (RFC 4253 11.1) with a few words */

struct word {
	const char *at;
	uint32_t len;
};

/* The field-th list of "kex;cipher;mac;compression". */
static struct word list_of(const struct proto_bytes *offer, unsigned field)
{
	struct word w = {(const char *)offer->at, offer->len};

	for (;; field--) {
		const char *end = w.len ? memchr(w.at, ';', w.len) : NULL;
		uint32_t n = end ? (uint32_t)(end - w.at) : w.len;

		if (field == 0)
			return (struct word){w.at, n};
		if (!end)
			return (struct word){w.at, 0};
		w.at += n + 1;
		w.len -= n + 1;
	}
}

static bool next_name(struct word *list, struct word *name)
{
	if (list->len == 0)
		return false;
	const char *end = memchr(list->at, ',', list->len);
	uint32_t n = end ? (uint32_t)(end - list->at) : list->len;

	*name = (struct word){list->at, n};
	n = end ? n + 1 : n;
	list->at += n;
	list->len -= n;
	return true;
}

/* The client's first that the server has, too (RFC 4253 7.1). Lists are short: at most NAMES_MAX.
 */
#define NAMES_MAX 64u
static bool choose(struct word client, struct word server, struct word *out)
{
	struct word c, s;

	for (unsigned i = 0; i < NAMES_MAX && next_name(&client, &c); i++) {
		struct word rest = server;

		for (unsigned k = 0; k < NAMES_MAX && next_name(&rest, &s); k++) {
			if (c.len == s.len && memcmp(c.at, s.at, c.len) == 0) {
				*out = c;
				return true;
			}
		}
	}
	return false;
}

static bool starts(const struct word *w, const char *text)
{
	size_t n = strlen(text);

	return w->len >= n && memcmp(w->at, text, n) == 0;
}

static bool ends(const struct word *w, const char *text)
{
	size_t n = strlen(text);

	return w->len >= n && memcmp(w->at + w->len - n, text, n) == 0;
}

static uint32_t mac_len(const struct word *mac)
{
	static const struct {
		const char *name;
		uint32_t len;
	} macs[] = {{"hmac-sha2-256-96", 12}, {"hmac-sha2-512-96", 12}, {"hmac-sha1-96", 12},
		    {"hmac-md5-96", 12},      {"hmac-sha2-256", 32},    {"hmac-sha2-512", 64},
		    {"hmac-sha256", 32},      {"hmac-sha1", 20},        {"hmac-md5", 16},
		    {"hmac-ripemd160", 20},   {"umac-64", 8},           {"umac-128", 16}};

	for (unsigned i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		if (starts(mac, macs[i].name))
			return macs[i].len;
	}
	return 0;
}

/* Bytes on the wire of a packet with that payload (RFC 4253 6): length, padding length, payload, at
 * least four bytes of padding up to a multiple of the block, MAC. */
static uint32_t on_wire(uint32_t payload, uint32_t block, bool length_apart, uint32_t mac)
{
	uint32_t n = 1 + payload + 4 + (length_apart ? 0 : 4);

	n = (n + block - 1) / block * block;
	return n + (length_apart ? 4 : 0) + mac;
}

void ssh_login_sizes(struct ssh_login *l, const struct ssh_tx *t, const uint8_t *client_offer,
		     uint32_t client_len)
{
	/* the client's lists for the server's direction come apart from those that hassh takes */
	struct proto_bytes client = {(uint8_t *)(uintptr_t)client_offer, client_len, 0};
	const struct proto_bytes *server = &t->side[FLOW_to_client].offer;
	struct word cipher, mac = {"", 0};
	uint32_t block = 16, tag;
	bool apart;

	if (!client.len || !server->len ||
	    !choose(list_of(&client, 1), list_of(server, 1), &cipher))
		return;
	if (starts(&cipher, "chacha20-poly1305")) {
		block = 8;
		tag = 16;
		apart = true;
	} else if (memmem(cipher.at, cipher.len, "gcm", 3)) {
		tag = 16;
		apart = true;
	} else {
		if (!choose(list_of(&client, 2), list_of(server, 2), &mac))
			return;
		tag = mac_len(&mac);
		apart = ends(&mac, "-etm@openssh.com");
		if (starts(&cipher, "3des") || starts(&cipher, "blowfish") ||
		    starts(&cipher, "cast128") || starts(&cipher, "arcfour"))
			block = 8;
		if (tag == 0)
			return;
	}
	l->accept = on_wire(ACCEPT_PAYLOAD, block, apart, tag);
	l->success = on_wire(SUCCESS_PAYLOAD, block, apart, tag);
	l->computed = true;
}

static bool accepted(struct ssh_login *l, uint32_t n)
{
	if (!l->client_spoke)
		return false; /* an extension message: nothing was asked for yet */
	if (l->accept && n != l->accept && n < l->accept)
		return false;
	if (!l->accept) {
		l->accept = n;
		l->success = n > SHORTER ? n - SHORTER : 0;
	}
	l->accepted = true;
	return true;
}

bool ssh_login_segment(struct ssh_login *l, uint8_t dir, uint32_t n)
{
	if (l->outcome == RESULT_ok)
		return false;
	uint32_t asked = l->asked;
	l->asked = dir == FLOW_to_server ? l->asked + n : 0;
	if (dir == FLOW_to_server)
		l->client_spoke = true;
	if (l->accepted) {
		l->after += n;
		if (l->after > SESSION_BYTES) {
			l->outcome = RESULT_ok;
			return true;
		}
	}
	if (dir == FLOW_to_server)
		return false;
	if (!l->accepted) {
		accepted(l, n);
		return false;
	}
	l->answers++;
	if (n == l->success) {
		l->outcome = RESULT_ok;
		l->proof = asked >= KEY_LEAST ? PROOF_key : PROOF_password;
		return true;
	}
	if (!l->first_failure) {
		if (n <= l->accept + BANNER_MORE)
			l->first_failure = n;
		return false;
	}
	if (n != l->first_failure)
		return false;
	l->attempts++;
	l->outcome = RESULT_failed;
	return true;
}

/* A client that says its password at once, and nothing any more when that is refused (one try a
 * connection, as some guessing programs do). */
bool ssh_login_end(struct ssh_login *l)
{
	if (l->outcome != RESULT_unknown || !l->computed || !l->first_failure || l->answers != 1 ||
	    l->asked > GOODBYE_MOST)
		return false;
	l->attempts = 1;
	l->outcome = RESULT_failed;
	return true;
}
