// SPDX-License-Identifier: Apache-2.0
/* The decode section of the configuration, and what a UDP port stands for.
 *
 * Shape: few ports, looked for one after the other: with the two that are usual this is cheaper than
 *        a table of all ports, which would take a cache line a packet.
 */
#include "decode/config.h"

#include "decode/walk.h"

#include <errno.h>
#include <stdlib.h>

static struct {
	unsigned n;
	struct {
		uint16_t port, layer;
	} at[DECODE_PORTS];
} ports = {2, {{4789, LAYER_vxlan}, {6081, LAYER_geneve}}};

static int port_check(const char *text, struct err *err)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] >= '0' && text[0] <= '9' && *end == 0 && n > 0 && n <= UINT16_MAX)
		return 0;
	err_set(err, EINVAL, "%s: not a UDP port", text);
	err_hint(err, "a number from 1 to 65535");
	return -EINVAL;
}

const struct param decode_params[] = {
	PARAM_CHECKED(PARAM_LIST, struct decode_config, vxlan, "4789", port_check,
		      "UDP ports whose datagrams are VXLAN"),
	PARAM_CHECKED(PARAM_LIST, struct decode_config, geneve, "6081", port_check,
		      "UDP ports whose datagrams are GENEVE"),
	{.name = NULL},
};

static void add(const struct strs *list, enum layer layer)
{
	for (unsigned i = 0; i < list->n; i++) {
		ports.at[ports.n].port = (uint16_t)strtoul(list->at[i], NULL, 10);
		ports.at[ports.n++].layer = (uint16_t)layer;
	}
}

int decode_config_use(const struct decode_config *c, struct err *err)
{
	if (c->vxlan.n + c->geneve.n > DECODE_PORTS)
		return err_set(err, E2BIG, "decode: more than %d tunnel ports", DECODE_PORTS);
	ports.n = 0;
	add(&c->vxlan, LAYER_vxlan);
	add(&c->geneve, LAYER_geneve);
	return 0;
}

enum layer walk_by_udp_port(uint16_t dport)
{
	for (unsigned i = 0; i < ports.n; i++)
		if (ports.at[i].port == dport)
			return (enum layer)ports.at[i].layer;
	return LAYER_done;
}
