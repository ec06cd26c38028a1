// SPDX-License-Identifier: Apache-2.0
/* Addresses looked up in MaxMind DBs, once each while the cache remembers; see geo.h. */
#include "alert/geo.h"

#include "alert/geo_check.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (3ull << 30) /* bytes */
#define COPY     (1u << 20)

const struct param geo_params[] = {
	PARAM_TEXT(PARAM_LIST, struct geo_config, databases, "",
		   "MaxMind DB files (City, Country, ASN …) for the geo fields of alerts"),
	PARAM(PARAM_U32, struct geo_config, cache, 1, 1 << 24, 4096, "addresses",
	      "how many addresses' places are remembered"),
	{0},
};

struct slot {
	struct addr addr;
	bool used, known;
	struct geo_place place;
};

struct geo {
	MMDB_s db[GEO_DATABASES];
	unsigned n;
	struct slot *slot;
	uint32_t mask;
	struct geo_counters count;
};

static int new (struct geo **out, uint32_t cache, struct err *err)
{
	struct geo *g = calloc(1, sizeof(*g));
	uint32_t slots = 1;

	while (slots < cache && slots < 1u << 24)
		slots *= 2;
	if (g)
		g->slot = calloc(slots, sizeof(*g->slot));
	if (!g || !g->slot) {
		free(g);
		return err_set(err, ENOMEM, "no memory for %u places", cache);
	}
	g->mask = slots - 1;
	*out = g;
	return 0;
}

/* The library's own opening, of bytes that have been checked. */
static int open_checked(struct geo *g, const char *name, int fd, struct err *err)
{
	char path[32];

	if (g->n == GEO_DATABASES)
		return err_set(err, E2BIG, "more than %u databases", GEO_DATABASES);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int r = MMDB_open(path, MMDB_MODE_MMAP, &g->db[g->n]);
	if (r != MMDB_SUCCESS)
		return err_set(err, EINVAL, "%s: %s", name, MMDB_strerror(r));
	g->n++;
	return 0;
}

static int check_fd(const char *name, int fd, size_t n, struct err *err)
{
	struct err why = {0};

	if (n == 0)
		return err_set(err, EINVAL, "%s is empty", name);
	fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	uint8_t *p = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return err_set(err, errno, "%s: %s", name, strerror(errno));
	int r = geo_check(p, n, &why);
	munmap(p, n);
	if (r < 0) {
		err_set(err, -r, "%.120s is broken: %.100s", name, why.msg);
		err_hint(err, "fetch it again, or leave it out of geo.databases");
	}
	return r;
}

static int add_fd(struct geo *g, const char *name, int fd, size_t n, struct err *err)
{
	int r = check_fd(name, fd, n, err);

	return r < 0 ? r : open_checked(g, name, fd, err);
}

static bool write_all(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

static int memory_file(const char *name, struct err *err)
{
	int fd = memfd_create("vigie-geo", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return err_set(err, errno, "%s: no memory: %s", name, strerror(errno));
	return fd;
}

/* The bytes of `from` in memory of our own. Returns the descriptor and *n. */
static int copy(const char *name, int from, size_t *n, struct err *err)
{
	uint8_t *buf = malloc(COPY);
	int fd = buf ? memory_file(name, err) : err_set(err, ENOMEM, "no memory for %s", name);
	ssize_t got = 0;

	*n = 0;
	while (fd >= 0 && (got = read(from, buf, COPY)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || !write_all(fd, buf, (size_t)got)) {
			int r = err_set(err, errno, "cannot read %s: %s", name, strerror(errno));
			close(fd);
			fd = r;
			break;
		}
		*n += (size_t)got;
	}
	free(buf);
	return fd;
}

static int add_file(struct geo *g, const char *path, struct err *err)
{
	struct stat st;
	size_t n;
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (from < 0)
		return err_set(err, errno, "cannot read %s: %s", path, strerror(errno));
	if (fstat(from, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > FILE_MAX) {
		close(from);
		return err_set(err, EINVAL, "%s is not a file of at most 3 GiB", path);
	}
	int fd = copy(path, from, &n, err);
	close(from);
	if (fd < 0)
		return fd;
	int r = add_fd(g, path, fd, n, err);
	close(fd); /* the library's mapping stays */
	return r;
}

int geo_open(struct geo **out, const struct geo_config *c, struct err *err)
{
	struct geo *g = NULL;
	int r;

	*out = NULL;
	if (c->databases.n == 0)
		return 0;
	if ((r = new (&g, c->cache, err)) < 0)
		return r;
	for (unsigned i = 0; i < c->databases.n && r == 0; i++)
		r = add_file(g, c->databases.at[i], err);
	if (r < 0) {
		geo_close(g);
		return r;
	}
	*out = g;
	return 0;
}

int geo_open_bytes(struct geo **out, const char *name, const void *p, size_t n, uint32_t cache,
		   struct err *err)
{
	struct geo *g = NULL;
	int r = new (&g, cache, err);
	int fd = r < 0 ? r : memory_file(name, err);

	*out = NULL;
	if (fd < 0) {
		geo_close(g);
		return fd;
	}
	r = write_all(fd, p, n) ? add_fd(g, name, fd, n, err)
				: err_set(err, EIO, "no memory for %s", name);
	close(fd);
	if (r < 0) {
		geo_close(g);
		return r;
	}
	*out = g;
	return 0;
}

void geo_close(struct geo *g)
{
	if (!g)
		return;
	for (unsigned i = 0; i < g->n; i++)
		MMDB_close(&g->db[i]);
	free(g->slot);
	free(g);
}

static bool value(MMDB_entry_s *e, const char *const *path, uint32_t type, MMDB_entry_data_s *out)
{
	return MMDB_aget_value(e, out, path) == MMDB_SUCCESS && out->has_data && out->type == type;
}

static void text(MMDB_entry_s *e, const char *const *path, char *out, size_t size)
{
	MMDB_entry_data_s d;

	if (out[0] || !value(e, path, MMDB_DATA_TYPE_UTF8_STRING, &d))
		return;
	size_t n = d.data_size < size ? d.data_size : size - 1;
	/* A cut never splits a character. */
	while (n < d.data_size && n > 0 && ((uint8_t)d.utf8_string[n] & 0xc0) == 0x80)
		n--;
	memcpy(out, d.utf8_string, n);
	out[n] = 0;
}

static void network(MMDB_entry_s *e, struct geo_place *p)
{
	static const char *const number[] = {"autonomous_system_number", NULL};
	static const char *const name[] = {"autonomous_system_organization", NULL};
	static const char *const number_in[] = {"traits", "autonomous_system_number", NULL};
	static const char *const name_in[] = {"traits", "autonomous_system_organization", NULL};
	MMDB_entry_data_s d;

	if (p->as_number == 0 && (value(e, number, MMDB_DATA_TYPE_UINT32, &d) ||
				  value(e, number_in, MMDB_DATA_TYPE_UINT32, &d)))
		p->as_number = d.uint32;
	text(e, name, p->as_organization, sizeof(p->as_organization));
	text(e, name_in, p->as_organization, sizeof(p->as_organization));
}

static void read_entry(MMDB_entry_s *e, struct geo_place *p)
{
	static const char *const country[] = {"country", "iso_code", NULL};
	static const char *const city[] = {"city", "names", "en", NULL};

	text(e, country, p->country, sizeof(p->country));
	text(e, city, p->city, sizeof(p->city));
	network(e, p);
}

union socket_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static union socket_addr socket_addr(const struct addr *a)
{
	union socket_addr s = {.in6 = {.sin6_family = AF_INET6}};

	memcpy(&s.in6.sin6_addr, a->b, sizeof(a->b));
	if (addr_is_v4(a))
		s.in = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {a->w[3]}};
	return s;
}

bool geo_country(const struct geo *g, const struct addr *a, char out[3])
{
	static const char *const path[] = {"country", "iso_code", NULL};
	const union socket_addr s = socket_addr(a);

	out[0] = 0;
	for (unsigned i = 0; i < g->n && !out[0]; i++) {
		int e = MMDB_SUCCESS;
		MMDB_lookup_result_s r = MMDB_lookup_sockaddr(&g->db[i], &s.sa, &e);
		if (e == MMDB_SUCCESS && r.found_entry)
			text(&r.entry, path, out, 3);
	}
	return out[0] != 0;
}

static void look_up(struct geo *g, const struct addr *a, struct geo_place *p)
{
	const union socket_addr s = socket_addr(a);

	for (unsigned i = 0; i < g->n; i++) {
		int e = MMDB_SUCCESS;
		MMDB_lookup_result_s r = MMDB_lookup_sockaddr(&g->db[i], &s.sa, &e);
		if (e == MMDB_SUCCESS && r.found_entry)
			read_entry(&r.entry, p);
		else if (e != MMDB_SUCCESS && e != MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR)
			count_add(&g->count.errors, 1);
	}
}

const struct geo_place *geo_find(struct geo *g, const struct addr *a)
{
	if (!g)
		return NULL;
	struct slot *s = &g->slot[hash_addr(a, 0) & g->mask];
	count_add(&g->count.lookups, 1);
	if (s->used && addr_eq(&s->addr, a)) {
		count_add(&g->count.cached, 1);
		return s->known ? &s->place : NULL;
	}
	*s = (struct slot){.addr = *a, .used = true};
	look_up(g, a, &s->place);
	s->known = s->place.country[0] || s->place.city[0] || s->place.as_number ||
		   s->place.as_organization[0];
	return s->known ? &s->place : NULL;
}

const struct geo_counters *geo_counters_of(const struct geo *g)
{
	return &g->count;
}
