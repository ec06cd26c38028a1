// SPDX-License-Identifier: Apache-2.0
/* Facts of HTTP, TLS, DNS, names, DHCP, ICMP, SSH, RDP, files; see proto/facts.h. */
#pragma once

#include "base/addr.h"

#include <stdint.h>

/* words: method, host, URI (cut), User-Agent, Content-Type of the answer, file name */
struct fact_http {
	uint64_t request_body, response_body; /* bytes */
	uint16_t status;                      /* 0: no answer seen */
	uint8_t auth;       /* 0 none, 1 Basic, 2 NTLM or Negotiate, 3 Bearer, 4 Digest */
	uint8_t upgrade;    /* 1 websocket, 2 CONNECT, 3 other */
	uint8_t executable; /* the answer's body begins as a program does */
	uint8_t bodies;     /* BODY_* bits */
	uint8_t pad[2];
};
/* What a body is against what its head says of it: it begins with bytes that are no text; its
 * Content-Type is missing; says it is text, or a form. The answer's are BODY_*, << BODY_UP the
 * request's. */
enum { BODY_binary = 1, BODY_untyped = 2, BODY_text = 4, BODY_UP = 4 };

/* A body of HTTP that is still coming (of the direction obs_link.dir), or a WebSocket message.
 * words: method, host, URI, Content-Type, what speaks in it */
struct fact_http_carry {
	uint64_t bytes; /* of it so far */
	uint32_t crumbs; /* pieces of at most 64 bytes in which it came */
	uint8_t bodies;  /* BODY_* bits of this body */
	uint8_t known;   /* its length was announced */
	uint8_t inside;  /* another protocol speaks in it */
	uint8_t pad[1];
};

/* words: SNI, ALPN, JA3 or JA3S hash, JA4, subject, issuer */
struct fact_tls {
	uint64_t not_before, not_after; /* s since 1970; 0 unknown */
	uint16_t version;               /* negotiated, or offered */
	uint8_t server;                 /* 0 client hello, 1 server side */
	uint8_t self_signed, resumed;
	uint8_t pad[3];
};

/* words: name asked for, first answer's text */
struct fact_dns {
	uint32_t answer_bytes; /* of the rdata of all answers */
	uint16_t type, id;     /* of the question */
	uint16_t len;          /* of the message */
	uint16_t answers;
	uint8_t rcode, response, over_tcp;
	uint8_t pad[1];
	uint32_t ttl;       /* of the first answer, s */
	struct addr answer; /* first A or AAAA; zero none */
};

/* What a client asked below one registered domain since it was last told.
 * words: the domain, the last name */
struct fact_dns_zone {
	uint64_t zone;     /* the domain as a key */
	uint64_t up, down; /* bytes of the names below it; of answers' data that are no addresses */
	uint32_t asked, names; /* questions; those not asked before */
	uint32_t longs;    /* of names: those of 52 bytes and more below the domain */
	uint32_t open;     /* questions for records that may hold anything: TXT, CNAME, MX … */
	uint32_t rare;     /* for those that nobody asks for: NULL, KEY, private ones */
	uint32_t answered, answers; /* responses; those that differ */
	uint32_t failed;   /* of responses: with an error */
	uint32_t local;    /* that begin with an address of 127.0.0.0/8, as black lists' do */
	uint32_t mail;     /* that begin with a text of SPF, DKIM or DMARC */
	uint16_t type;     /* of the last question */
	uint16_t longest;  /* name below the domain, bytes */
	uint8_t pad[4];
};

/* words: name */
struct fact_name {
	struct addr answer; /* zero none */
	uint16_t type;
	uint8_t protocol; /* 0 LLMNR, 1 NBNS, 2 mDNS */
	uint8_t response;
	uint8_t pad[4];
};

/* words: host name, vendor class, domain name */
struct fact_dhcp {
	struct addr your, server_id, router, dns;
	struct mac client_mac;
	uint8_t message; /* 1 discover … 5 ack … */
	uint8_t v6;
	uint32_t lease_s;
	uint32_t xid;
};

/* What two hosts' pings carried since it was last told; [0] requests, [1] replies. */
struct fact_icmp_echo {
	uint64_t head;      /* first eight payload bytes of the last, big-endian */
	uint64_t bytes[2];  /* payload of those that carry something new */
	uint32_t echoes[2];
	uint32_t fresh[2];  /* whose bytes behind the time stamp are not those of the one before */
	uint32_t odd;       /* replies that are not what was asked with */
	uint32_t stray;     /* fresh replies to none of the last requests */
	uint32_t again;     /* requests with the number of the one before, and another word */
	uint16_t longest;   /* payload */
	uint8_t entropy_8th; /* of the last payload, in eighths of a bit a byte */
	uint8_t pad[1];
};

/* words: client's software, server's software, hassh, hassh of the server */
struct fact_ssh {
	uint32_t attempts; /* password or key attempts by their sizes */
	uint8_t outcome;   /* enum fact_result, told when it is known and at the end */
	uint8_t final;
	uint8_t pad[2];
	uint64_t payload[2]; /* of the flow so far, to server, to client */
};

/* words: cookie's user, client name */
struct fact_rdp {
	uint32_t asked, chosen; /* protocol bits; chosen UINT32_MAX: failure */
	uint8_t mst120;         /* channel MS_T120 asked for */
	uint8_t pad[7];
};

/* words: name, MIME type or magic, SHA-256 (hex, when it was computed) */
struct fact_file {
	uint64_t size;
	uint8_t over;      /* enum app */
	uint8_t to_server; /* uploaded */
	uint8_t executable, whole;
	uint8_t pad[4];
};

/* Of the direction obs_link.dir. */
struct fact_conflict {
	uint64_t before; /* bytes of this direction so far, payload */
	uint16_t len;    /* of the later segment */
	uint8_t http;    /* of a connection that speaks HTTP */
	uint8_t pad[5];
};
