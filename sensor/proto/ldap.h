// SPDX-License-Identifier: Apache-2.0
/* LDAP as the parser keeps it (RFC 4511), shared by ldap*.c. */
#pragma once

#include "proto/auth.h"
#include "proto/der.h"

#define LDAP_NAME      256u
#define LDAP_FILTER    512u
#define LDAP_TYPES     12u
#define LDAP_RESPONSES 16u
#define LDAP_PENDING   16u

enum ldap_op {
	LDAP_bind = 0,
	LDAP_bind_response = 1,
	LDAP_unbind = 2,
	LDAP_search = 3,
	LDAP_entry = 4,
	LDAP_done = 5,
	LDAP_modify = 6,
	LDAP_add = 8,
	LDAP_delete = 10,
	LDAP_modify_dn = 12,
	LDAP_compare = 14,
	LDAP_abandon = 16,
	LDAP_reference = 19,
	LDAP_extended = 23,
	LDAP_extended_response = 24,
	LDAP_intermediate = 25
};

struct ldap_text { /* in buf */
	uint16_t at, len;
};

/* A request and its answers. */
struct ldap_tx {
	struct tx tx;
	uint32_t id, entries;
	int32_t result; /* -1: none yet */
	uint8_t op, scope, types, responses;
	bool sasl, simple; /* of a bind */
	uint8_t secret;    /* fact_secret() of its password; 0 none */
	uint8_t response_op[LDAP_RESPONSES];
	int16_t response_result[LDAP_RESPONSES];
	struct ldap_text response_dn[LDAP_RESPONSES];
	struct ldap_text name, message, type[LDAP_TYPES];
	uint16_t used;
	char filter[LDAP_FILTER];
	char buf[2048];
};

/* The filter as RFC 4515 writes it, cut at size. */
void ldap_filter_text(struct bytes filter, char *out, uint32_t size);
uint32_t ldap_eve(const struct tx *tx, char *out, uint32_t size);
const char *ldap_op_name(uint8_t op);
