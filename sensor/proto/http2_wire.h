// SPDX-License-Identifier: Apache-2.0
/* Numbers of RFC 9113 6. */
#pragma once

enum http2_type {
	HTTP2_data,
	HTTP2_headers,
	HTTP2_priority,
	HTTP2_rst_stream,
	HTTP2_settings,
	HTTP2_push_promise,
	HTTP2_ping,
	HTTP2_goaway,
	HTTP2_window_update,
	HTTP2_continuation,
	HTTP2_types,
};

#define HTTP2_END_STREAM   0x01u
#define HTTP2_END_HEADERS  0x04u
#define HTTP2_PADDED       0x08u
#define HTTP2_HAS_PRIORITY 0x20u
