// SPDX-License-Identifier: Apache-2.0
/* From what an analyst says (an address) to what a device can hold (a MAC), by the sensor's own
 * sightings; and how much stands behind that MAC. */
#include "isolate_engine.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>

#define ROWS_MAX   65536u
#define QUARREL_NS (600 * NS_PER_S)   /* two MACs claim one address within this: not one host */
#define BEHIND_NS  (86400 * NS_PER_S) /* addresses of the last day count for the uplink guard */

static sqlite3_stmt *prepare(struct isolate *e, const char *sql)
{
	sqlite3_stmt *q = NULL;

	sqlite3_prepare_v2(e->db, sql, -1, &q, NULL);
	return q;
}

static uint64_t oldest(const struct isolate *e, uint64_t age_ns)
{
	uint64_t now = e->now();
	return now > age_ns ? now - age_ns : 0;
}

static uint64_t believed(const struct isolate *e)
{
	return oldest(e, e->c->sighting_s * NS_PER_S);
}

int isolate_sight(struct isolate *e, const struct addr *addr, const struct mac *mac, int vlan,
		  const char *role, uint64_t seen_ns, struct err *err)
{
	char a[ADDR_TEXT], m[MAC_TEXT];
	sqlite3_stmt *q = prepare(
		e, "INSERT INTO sightings VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
		   " seen_ns = max(seen_ns, excluded.seen_ns),"
		   " role = CASE excluded.role WHEN '' THEN role ELSE excluded.role END"
		   /* Once a minute is enough: each write is a flush. */
		   " WHERE excluded.seen_ns > seen_ns + 60000000000"
		   " OR excluded.role NOT IN ('', role)");

	/* An address nobody can own binds nothing (DHCP discovery, RFC 5227 probes). */
	if (addr_is_any(addr) || addr_is_multicast(addr) || addr_is_broadcast(addr) ||
	    mac_is_group(mac)) {
		sqlite3_finalize(q);
		return 0;
	}
	if (!q)
		return err_set(err, EIO, "database: %s", sqlite3_errmsg(e->db));
	sqlite3_bind_text(q, 1, addr_text(addr, a), -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(q, 2, mac_text(mac, m), -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(q, 3, vlan);
	sqlite3_bind_text(q, 4, role ? role : "", -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(q, 5, (sqlite3_int64)seen_ns);
	int rc = sqlite3_step(q);
	sqlite3_finalize(q);
	return rc == SQLITE_DONE ? 0 : err_set(err, EIO, "database: %s", sqlite3_errmsg(e->db));
}

int isolate_target_prune(struct isolate *e, struct err *err)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
		 "DELETE FROM sightings WHERE seen_ns <= (SELECT seen_ns FROM sightings"
		 " ORDER BY seen_ns DESC LIMIT 1 OFFSET %u)",
		 ROWS_MAX);
	return isolate_store_sql(e, sql, err);
}

unsigned isolate_target_hosts(struct isolate *e)
{
	sqlite3_stmt *q = prepare(e, "SELECT count(DISTINCT mac) FROM sightings WHERE seen_ns > ?");
	unsigned n = 0;

	if (!q)
		return 0;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)believed(e));
	if (sqlite3_step(q) == SQLITE_ROW)
		n = (unsigned)sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	return n;
}

/* The one MAC that holds the address; or t->ambiguous says who quarrels. */
static void find_mac(struct isolate *e, const struct addr *addr, struct isolate_target *t)
{
	char a[ADDR_TEXT];
	uint64_t newest = 0;
	sqlite3_stmt *q = prepare(e, "SELECT mac, vlan, max(seen_ns) AS seen FROM sightings"
				     " WHERE addr = ?1 AND seen_ns > ?2 AND (?3 < 0 OR vlan = ?3)"
				     " GROUP BY mac ORDER BY seen DESC LIMIT 2");
	if (!q)
		return;
	sqlite3_bind_text(q, 1, addr_text(addr, a), -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(q, 2, (sqlite3_int64)believed(e));
	sqlite3_bind_int(q, 3, t->vlan);
	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(q, 0);
		uint64_t seen = (uint64_t)sqlite3_column_int64(q, 2);
		if (!newest && mac_parse(text, &t->mac)) {
			newest = seen;
			t->has_mac = true;
			t->vlan = sqlite3_column_int(q, 1);
		} else if (newest - seen < QUARREL_NS) {
			char first[MAC_TEXT];
			snprintf(t->ambiguous, sizeof(t->ambiguous),
				 "%s and %s both claim %s: give the MAC", mac_text(&t->mac, first),
				 text, a);
			t->has_mac = false;
		}
	}
	sqlite3_finalize(q);
}

bool isolate_target_mac_of(struct isolate *e, const struct addr *a, struct mac *m)
{
	struct isolate_target t = {.vlan = -1};

	find_mac(e, a, &t);
	if (t.has_mac)
		*m = t.mac;
	return t.has_mac;
}

static bool has_addr(const struct isolate_target *t, const struct addr *a)
{
	for (unsigned i = 0; i < t->n_addrs; i++)
		if (addr_eq(&t->addrs[i], a))
			return true;
	return false;
}

/* An IPv6 host has many addresses of one /64, and one link-local: they count once. */
static bool same_net(const struct addr *a, const struct addr *b)
{
	return !addr_is_v4(a) && !addr_is_v4(b) && a->q[0] == b->q[0];
}

static bool counts(const struct isolate_target *t, const struct addr *a)
{
	if (addr_is_link_local(a))
		return false;
	for (unsigned i = 0; i < t->n_addrs; i++)
		if (same_net(&t->addrs[i], a))
			return false;
	return true;
}

static void find_addrs(struct isolate *e, struct isolate_target *t)
{
	char m[MAC_TEXT];
	uint64_t day = oldest(e, BEHIND_NS);
	sqlite3_stmt *q =
		prepare(e, "SELECT addr, max(seen_ns) AS seen, max(role) FROM sightings"
			   " WHERE mac = ?1 AND seen_ns > ?2 GROUP BY addr ORDER BY seen DESC");
	if (!q)
		return;
	sqlite3_bind_text(q, 1, mac_text(&t->mac, m), -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(q, 2, (sqlite3_int64)believed(e));
	while (sqlite3_step(q) == SQLITE_ROW) {
		struct addr a;
		const char *role = (const char *)sqlite3_column_text(q, 2);
		if (role && *role && !policy_role_protected(&e->policy, t->role))
			snprintf(t->role, sizeof(t->role), "%s", role);
		if (!addr_parse((const char *)sqlite3_column_text(q, 0), &a))
			continue;
		t->n_all += (uint64_t)sqlite3_column_int64(q, 1) > day && counts(t, &a);
		if (t->n_addrs < POLICY_ADDRS)
			t->addrs[t->n_addrs++] = a;
		else
			t->n_all += POLICY_ADDRS; /* not checked, so refused */
	}
	sqlite3_finalize(q);
}

int isolate_target_resolve(struct isolate *e, const struct isolate_request *r,
			   struct isolate_target *t, struct err *err)
{
	struct addr a;

	*t = (struct isolate_target){.vlan = r->vlan};
	if (!r->addr && !r->mac)
		return err_set(err, EINVAL, "an address or a MAC is needed");
	if (r->addr && !addr_parse(r->addr, &a))
		return err_set(err, EINVAL, "'%.60s' is no address", r->addr);
	if (r->mac && !mac_parse(r->mac, &t->mac))
		return err_set(err, EINVAL, "'%.40s' is no MAC", r->mac);
	t->has_mac = r->mac != NULL;
	if (!r->mac)
		find_mac(e, &a, t);
	if (t->has_mac)
		find_addrs(e, t);
	if (r->addr && !has_addr(t, &a) && t->n_addrs < POLICY_ADDRS) {
		t->n_all += counts(t, &a);
		t->addrs[t->n_addrs++] = a;
	}
	return 0;
}
