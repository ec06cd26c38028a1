// SPDX-License-Identifier: Apache-2.0
/* Security tokens unwrapped. Source: RFC 2743 3.1 (the wrapper), RFC 4178 4.2 (SPNEGO:
 * NegTokenInit, NegTokenResp), RFC 4121 4.1 (Kerberos inside). */
#include "proto/auth.h"

#include "proto/der.h"
#include "proto/krb5_msg.h"

#include <stdio.h>

#define DEPTH     6u /* wrappers around a token */
#define TAG_GSS   0x60
#define TAG_INIT  0xa0
#define TAG_RESP  0xa1
#define TAG_TOKEN 0xa2 /* mechToken of the first, responseToken of the second */

struct token {
	const uint8_t *at;
	uint32_t n;
};

/* The inside of SPNEGO's choice: NegTokenInit's mechToken or NegTokenResp's responseToken. */
static bool spnego(struct bytes b, struct token *out)
{
	struct bytes seq, octets;
	struct der d;

	if (!der_take(&b, DER_SEQUENCE, &seq))
		return false;
	for (unsigned i = 0; i < DEPTH && der_next(&seq, &d) == DER_fine; i++) {
		if (d.tag != TAG_TOKEN || !der_take(&d.body, DER_OCTETS, &octets))
			continue;
		*out = (struct token){octets.at, (uint32_t)bytes_left(&octets)};
		return true;
	}
	return false;
}

/* Takes one wrapper off. False: it has none. */
static bool unwrap(struct token *t)
{
	struct bytes b = bytes_of(t->at, t->n), oid;
	struct der d;

	if (t->n < 4 || der_next(&b, &d) != DER_fine)
		return false;
	if (d.tag == TAG_INIT || d.tag == TAG_RESP)
		return spnego(d.body, t);
	if (d.tag != TAG_GSS || !der_take(&d.body, DER_OID, &oid))
		return false;
	/* Behind the OID: SPNEGO's choice, or Kerberos' two bytes of token id. */
	if (bytes_left(&d.body) >= 2 &&
	    (d.body.at[0] == 1 || d.body.at[0] == 2 || d.body.at[0] == 3) && d.body.at[1] == 0)
		bytes_take(&d.body, 2);
	*t = (struct token){d.body.at, (uint32_t)bytes_left(&d.body)};
	return true;
}

static void ntlm(struct proto_call *c, struct auth *a, uint8_t carrier, const struct ntlm_msg *m)
{
	if (m->message == NTLM_negotiate) {
		a->challenge = 0;
	} else if (m->message == NTLM_challenge) {
		a->challenge = m->challenge;
		memcpy(a->host, m->workstation, sizeof(a->host));
	}
	struct fact_ntlm f = {
		.challenge = a->challenge,
		.flags = m->flags,
		.message = m->message,
		.ntlmv1 = m->ntlmv1,
		.anonymous = m->anonymous,
		.mic = m->mic,
		.carrier = carrier,
	};
	proto_fact(c, FACT_ntlm, &f, sizeof(f),
		   (const char *[]){m->message == NTLM_challenge ? m->domain : m->user,
				    m->message == NTLM_challenge ? m->workstation : m->domain,
				    m->message == NTLM_challenge ? "" : m->workstation},
		   3);
	if (m->message == NTLM_authenticate) {
		a->how = LOGIN_ntlm + 1;
		a->offered = true;
		a->anonymous = m->anonymous;
		memcpy(a->version, m->version, sizeof(a->version));
		memcpy(a->user, m->user, sizeof(a->user));
		memcpy(a->domain, m->domain, sizeof(a->domain));
		memcpy(a->workstation, m->workstation, sizeof(a->workstation));
	}
}

static void kerberos(struct proto_call *c, struct auth *a, uint8_t carrier, const struct krb_msg *m)
{
	krb_tell(c, m, (uint8_t)(1 + carrier), "");
	if (m->message != KRB_ap_req)
		return;
	a->how = LOGIN_kerberos + 1;
	a->offered = true;
	a->anonymous = false;
	a->user[0] = a->workstation[0] = '\0';
	krb_realm(m, a->domain, sizeof(a->domain));
	krb_principal(m, &m->sname, a->service, sizeof(a->service));
}

bool auth_token(struct proto_call *c, struct auth *a, uint8_t carrier, const uint8_t *p, uint32_t n)
{
	struct token t = {p, n};
	struct ntlm_msg m;

	for (unsigned i = 0; i < DEPTH; i++) {
		if (ntlm_read(&m, t.at, t.n)) {
			ntlm(c, a, carrier, &m);
			return true;
		}
		if (t.n && krb_length(t.at, t.n)) {
			struct krb_msg k = {.message = 0};
			bool ok = krb_read(&k, t.at, t.n);

			if (ok)
				kerberos(c, a, carrier, &k);
			return ok;
		}
		if (!unwrap(&t))
			break;
	}
	/* A token that is cut, or wrapped in a way of its own, may still show NTLM. */
	uint32_t at = ntlm_find(p, n);
	if (at == n || !ntlm_read(&m, p + at, n - at))
		return false;
	ntlm(c, a, carrier, &m);
	return true;
}

void auth_outcome(struct proto_call *c, struct auth *a, uint32_t code, enum fact_result outcome)
{
	if (!a->offered || !a->how)
		return;
	a->offered = false;
	struct fact_login f = {
		.code = code,
		.how = (uint8_t)(a->how - 1),
		.outcome = (uint8_t)outcome,
		.user_unknown = code == NT_NO_SUCH_USER,
		.anonymous = a->anonymous,
		.locked = code == 0xc0000234u,
	};
	proto_fact(c, FACT_login, &f, sizeof(f),
		   (const char *[]){a->user, a->domain, a->workstation}, 3);
}

const char *auth_user(const struct auth *a, char *out, uint32_t size)
{
	if (a->domain[0] && a->user[0])
		snprintf(out, size, "%.*s\\%s", (int)(size / 2), a->domain, a->user);
	else
		snprintf(out, size, "%s", a->user);
	return out;
}
