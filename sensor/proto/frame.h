// SPDX-License-Identifier: Apache-2.0
/* Frames: stretches of a side's bytes that a protocol has a name for (a record, its head, its data), told to the rules
 * when they are whole. Nothing of this is done for a protocol whose frames no rule asks for.
 *
 * A protocol says the names of its frames, and either a record() or, in its parser, where one begins and ends:
 *
 * - record() is given bytes from the beginning of a record to the newest one, says the frames that it sees begin in
 *   it with proto_frame(), and returns how long the whole record is; 0: more bytes are needed (it is called again with
 *   all of them, and must have said nothing), FRAME_LOST: what follows cannot be told apart any more.
 * - proto_frame_open() and proto_frame_close(), where its length is known at its end alone: one of a type at a time.
 *
 * Owns:   what it gathers, of proto_mem: FRAME_BYTES a side, FRAMES_OPEN frames at a time; a frame that is longer is
 *         told when so many of its bytes are there (counted). A gap or the end of a flow tells what is there.
 * Source: Suricata 7 user guide, "frame"; its eve-log of type frame. */
#pragma once

#include "proto/protocol.h"

#define FRAME_BYTES 16384u
#define FRAMES_OPEN 8u
#define FRAME_LOST  UINT64_MAX

#define FRAME(protocol, name) "frame:" protocol "." name /* as rule/ looks for it */
const char *proto_frame_name(const char *frame); /* "smb2.hdr" of "frame:smb.smb2.hdr" */

/* `at`: in the bytes at hand; tx may be NULL. */
void proto_frame(struct proto_call *c, uint8_t type, const uint8_t *at, uint64_t length, const struct tx *tx);
void proto_frame_open(struct proto_call *c, uint8_t type, const uint8_t *at);
/* `rest`: bytes at hand behind it */
void proto_frame_close(struct proto_call *c, uint8_t type, uint32_t rest, const struct tx *tx);

/* framing.c: the frames of protocols made of records with a length. */
extern const char *const tls_frames[], *const smb_frames[], *const dns_frames[], *const nfs_frames[],
	*const mqtt_frames[], *const dcerpc_frames[], *const telnet_frames[], *const sip_frames[];
uint64_t tls_record(struct proto_call *c, const uint8_t *p, uint32_t n);
uint64_t smb_record(struct proto_call *c, const uint8_t *p, uint32_t n);
uint64_t dns_record(struct proto_call *c, const uint8_t *p, uint32_t n);
uint64_t nfs_record(struct proto_call *c, const uint8_t *p, uint32_t n);
uint64_t mqtt_record(struct proto_call *c, const uint8_t *p, uint32_t n);
uint64_t dcerpc_record(struct proto_call *c, const uint8_t *p, uint32_t n);
/* framing_text.c */
uint64_t telnet_record(struct proto_call *c, const uint8_t *p, uint32_t n);
uint64_t sip_record(struct proto_call *c, const uint8_t *p, uint32_t n);
