// SPDX-License-Identifier: Apache-2.0
/* DNS over HTTPS, where it is not hidden: messages as bodies, and in the path of a GET.
 *
 * Source: RFC 8484. A conversation is doh2 from the first such request on, as in Suricata.
 */
#include "proto/http2_doh.h"
#include "proto/base64.h"
#include "proto/dns_msg.h"

static bool says_dns(const struct http_msg *m, const char *header)
{
	const struct http_header *h = http_find(m, header);

	return h && http_has(http_value(m, h), "application/dns-message");
}

static void take_message(struct proto_call *c, struct http2_tx *tx, uint8_t dir, const uint8_t *p,
			 uint32_t n)
{
	struct dns_msg *m = tx->dns[dir] ? NULL : proto_take(tx->http.mem, sizeof(*m));

	if (!m)
		return;
	if (!dns_read(m, p, n)) {
		proto_give(tx->http.mem, m, sizeof(*m));
		return;
	}
	tx->dns[dir] = m;
	dns_tell(c, m);
}

/* "/dns-query?dns=AAAB…" */
static void take_path(struct proto_call *c, struct http2_tx *tx, struct view_of_bytes path)
{
	const uint8_t *at = path.len ? memchr(path.at, '?', path.len) : NULL;
	struct base64 b = {0};
	uint8_t byte;

	while (at && path.len - (uint32_t)(at - path.at) > 5 && memcmp(at + 1, "dns=", 4) != 0)
		at = memchr(at + 1, '&', path.len - (uint32_t)(at + 1 - path.at));
	if (!at || path.len - (uint32_t)(at - path.at) <= 5)
		return;
	for (at += 5; at < path.at + path.len && *at != '&'; at++) {
		if (base64_put(&b, at, 1, &byte) &&
		    !proto_append(tx->http.mem, &tx->query, &byte, 1, HTTP_HEAD_MAX))
			return;
	}
	if (tx->query.len)
		take_message(c, tx, FLOW_to_server, tx->query.at, tx->query.len);
}

void http2_doh_head(struct proto_call *c, struct http2_tx *tx, uint8_t dir)
{
	const struct http_msg *m = &tx->http.msg[dir];

	tx->doh[dir] = says_dns(m, "content-type");
	if (dir == FLOW_to_client || !(tx->doh[dir] || says_dns(m, "accept")))
		return;
	proto_become(c, APP_doh2);
	if (!tx->doh[dir])
		take_path(c, tx, m->word[1]);
}

void http2_doh_end(struct proto_call *c, struct http2_tx *tx, uint8_t dir)
{
	const struct proto_bytes *body = &tx->http.msg[dir].body;

	/* a body whose limit was reached has been looked at, and is no message */
	if (body->len && tx->http.tx.progress[dir] < HTTP_body)
		take_message(c, tx, dir, body->at, body->len);
}

void http2_doh_drop(struct http2_tx *tx)
{
	for (unsigned dir = 0; dir < 2; dir++)
		proto_give(tx->http.mem, tx->dns[dir], sizeof(*tx->dns[dir]));
	proto_drop(tx->http.mem, &tx->query);
}
