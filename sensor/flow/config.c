// SPDX-License-Identifier: Apache-2.0
/* The flow section of the configuration.
 *
 * unanswered_s: TCP repeats a SYN after 1 s (RFC 6298 2.1), so on a LAN, where an answer takes
 * milliseconds, two seconds let the answer to the first repetition still count: a SYN that a full
 * queue lost is not a failed contact. tcp_new_s: Linux repeats up to 63 s after the first SYN with
 * gaps of up to 32 s; a flow that outlives the gap keeps a repetition from being a second contact.
 */
#include "decode/frag.h"
#include "flow/flow.h"

#include <errno.h>

#define HOUR      3600
#define MAX_FLOWS (1u << 24)

static int frag_policy_check(const char *text, struct err *err)
{
	if (frag_policy_find(text) >= 0)
		return 0;
	err_set(err, EINVAL, "%s: not a policy", text);
	err_hint(err, "bsd, linux, windows, first or last");
	return -EINVAL;
}

const struct param flow_params[] = {
	PARAM(PARAM_U32, struct flow_config, max, 256, MAX_FLOWS, 262144, "",
	      "flows remembered, by all workers together; the least valuable goes when full"),
	PARAM(PARAM_U32, struct flow_config, unanswered_s, 1, 60, 2, "s",
	      "a first packet without an answer is a failed contact after this"),
	PARAM(PARAM_U32, struct flow_config, tcp_new_s, 1, HOUR, 60, "s",
	      "a TCP flow without a handshake ends after this silence"),
	PARAM(PARAM_U32, struct flow_config, tcp_established_s, 1, 24 * HOUR, HOUR, "s",
	      "a TCP connection ends after this silence"),
	PARAM(PARAM_U32, struct flow_config, tcp_closed_s, 1, HOUR, 10, "s",
	      "a closed TCP connection is forgotten after this silence"),
	PARAM(PARAM_U32, struct flow_config, udp_s, 1, HOUR, 60, "s",
	      "a UDP flow ends after this silence"),
	PARAM(PARAM_U32, struct flow_config, icmp_s, 1, HOUR, 30, "s",
	      "an ICMP flow ends after this silence"),
	PARAM(PARAM_U32, struct flow_config, other_s, 1, HOUR, 60, "s",
	      "a flow of any other protocol ends after this silence"),
	PARAM(PARAM_U32, struct flow_config, interim_s, 0, 24 * HOUR, 60, "s",
	      "a flow that lives is told again after each of these; 0 is never"),
	PARAM(PARAM_BOOL, struct flow_config, vlan_in_key, 0, 1, 0, "",
	      "the same addresses and ports in another VLAN are another flow"),
	PARAM(PARAM_U64, struct flow_config, stream_memory, 1 << 20, 1ull << 40, 128 << 20, "bytes",
	      "memory for TCP reassembly, of all workers together"),
	PARAM(PARAM_U64, struct flow_config, stream_depth, 4096, 1ull << 40, 1 << 20, "bytes",
	      "this much of each direction of a TCP connection is reassembled"),
	PARAM_CHECKED(PARAM_STR, struct flow_config, overlap, "first", frag_policy_check,
		      "whose bytes count where TCP segments beyond a hole overlap: first, last, bsd, "
		      "linux, windows; what was told already stays"),
	PARAM(PARAM_BOOL, struct flow_config, streams, 0, 1, 1, "", "reassemble TCP at all"),
	PARAM(PARAM_U64, struct flow_config, frag_memory, 1 << 18, 1ull << 36, 16 << 20, "bytes",
	      "memory for IP fragments that wait for others, of all workers together"),
	PARAM(PARAM_U32, struct flow_config, frag_s, 1, 240, 30, "s",
	      "a datagram whose fragments do not all come is forgotten after this"),
	PARAM_CHECKED(PARAM_STR, struct flow_config, frag_policy, "bsd", frag_policy_check,
		      "whose bytes count where IPv4 fragments overlap: bsd, linux, windows, first, "
		      "last; overlaps in IPv6 are thrown away"),
	{.name = NULL},
};
