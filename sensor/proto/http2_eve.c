// SPDX-License-Identifier: Apache-2.0
/* EVE of a stream: the http block with the headers of both sides as they came, and what frames said.
 *
 * Source: Suricata 7.0.10, rust/src/http2/logger.rs, whose names these are; hostname, http_port,
 * http_content_type and protocol are HTTP/1's, and more than it says.
 */
#include "proto/http2.h"

#include "base/json.h"

#define HEADERS_ROOM 5000u /* bytes of both lists; an alert's members have 8 KiB */

static void put_headers(struct json *j, const char *key, const struct http_msg *m, size_t upto)
{
	bool any = false;

	for (uint32_t i = 0; i < m->n_header; i++) {
		const struct http_header *h = &m->header[i];
		struct view_of_bytes name = http_name(m, h), value = http_value(m, h);

		/* Six bytes is what one may become in JSON. */
		if (h->sum || j->len + 6ul * (name.len + value.len) + 40 > upto)
			continue;
		if (!any)
			json_array(j, key);
		any = true;
		json_open(j, NULL);
		json_strn(j, "name", name.at, name.len);
		json_strn(j, "value", value.at, value.len);
		json_close(j);
	}
	if (any)
		json_array_end(j);
}

void http2_put_headers(struct json *j, const struct http_tx *tx)
{
	json_str(j, "version", "2");
	if (tx->msg[FLOW_to_server].parsed)
		put_headers(j, "request_headers", &tx->msg[FLOW_to_server], HEADERS_ROOM / 2);
	if (tx->msg[FLOW_to_client].parsed)
		put_headers(j, "response_headers", &tx->msg[FLOW_to_client], HEADERS_ROOM);
}

static void put_error(struct json *j, uint32_t code)
{
	static const char *const names[] = {
		"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
		"STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
		"CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
	};

	if (code < sizeof(names) / sizeof(names[0]))
		json_str(j, "error_code", names[code]);
	else
		json_u64(j, "error_code", code);
}

static void put_settings(struct json *j, const struct http2_note *note, uint32_t n, uint8_t dir)
{
	static const char *const names[] = {
		NULL, "SETTINGS_HEADER_TABLE_SIZE", "SETTINGS_ENABLE_PUSH", "SETTINGS_MAX_CONCURRENT_STREAMS",
		"SETTINGS_INITIAL_WINDOW_SIZE", "SETTINGS_MAX_FRAME_SIZE", "SETTINGS_MAX_HEADER_LIST_SIZE",
	};
	unsigned told = 0;

	for (uint32_t i = 0; i < n && told < 16; i++) {
		if (note[i].dir != dir || note[i].kind != HTTP2_NOTE_setting)
			continue;
		if (!told++)
			json_array(j, "settings");
		json_open(j, NULL);
		if (note[i].id && note[i].id < sizeof(names) / sizeof(names[0]))
			json_str(j, "settings_id", names[note[i].id]);
		else
			json_u64(j, "settings_id", note[i].id);
		json_u64(j, "settings_value", note[i].value);
		json_close(j);
	}
	if (told)
		json_array_end(j);
}

static void put_side(struct json *j, const char *key, const struct http2_tx *tx, uint8_t dir)
{
	const struct http2_note *note = (const struct http2_note *)(const void *)tx->notes.at;
	uint32_t n = tx->notes.len / (uint32_t)sizeof(*note);
	bool told[HTTP2_NOTE_setting] = {false};

	json_open(j, key);
	put_settings(j, note, n, dir);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t kind = note[i].kind;

		if (note[i].dir != dir || kind >= HTTP2_NOTE_setting || told[kind])
			continue;
		told[kind] = true;
		if (kind == HTTP2_NOTE_error)
			put_error(j, note[i].value);
		else if (kind == HTTP2_NOTE_priority)
			json_u64(j, "priority", note[i].value);
	}
	json_close(j);
}

void http2_put_frames(struct json *j, const struct http_tx *tx)
{
	const struct http2_tx *two = (const struct http2_tx *)tx;

	json_open(j, "http2");
	json_u64(j, "stream_id", tx->stream);
	put_side(j, "request", two, FLOW_to_server);
	put_side(j, "response", two, FLOW_to_client);
	json_close(j);
}
