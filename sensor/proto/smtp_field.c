// SPDX-License-Identifier: Apache-2.0
/* What rules ask of a mail. */
#include "proto/smtp_tx.h"

#include "base/json.h"

enum {
	F_helo,
	F_from,
	F_rcpt,
	F_email_from,
	F_email_to,
	F_email_cc,
	F_subject,
	F_date,
	F_message_id,
	F_mailer,
	F_received,
	F_file /* FILE_FIELDS */
};
#define UP 1
/* clang-format off */
const struct field smtp_fields[] = {
	{"smtp.helo", FIELD_bytes, UP, {SMTP_mail, 0}, false, "argument of HELO or EHLO"},
	{"smtp.mail_from", FIELD_bytes, UP, {SMTP_rcpt, 0}, false, "sender of the envelope"},
	{"smtp.rcpt_to", FIELD_bytes, UP, {SMTP_headers, 0}, true, "recipient of the envelope"},
	{"email.from", FIELD_bytes, UP, {SMTP_done, 0}, false, "From of a message"},
	{"email.to", FIELD_bytes, UP, {SMTP_done, 0}, false, "To of a message"},
	{"email.cc", FIELD_bytes, UP, {SMTP_done, 0}, false, "Cc of a message"},
	{"email.subject", FIELD_bytes, UP, {SMTP_done, 0}, false, "Subject of a message"},
	{"email.date", FIELD_bytes, UP, {SMTP_done, 0}, false, "Date of a message"},
	{"email.message_id", FIELD_bytes, UP, {SMTP_done, 0}, false, "Message-ID"},
	{"email.x_mailer", FIELD_bytes, UP, {SMTP_done, 0}, false, "X-Mailer"},
	{"email.received", FIELD_bytes, UP, {SMTP_done, 0}, true, "each Received"},
	FILE_FIELDS(UP, SMTP_done, SMTP_done),
	{0},
};
/* clang-format on */

static bool view(const struct proto_bytes *b, struct view_of_bytes *out)
{
	*out = (struct view_of_bytes){b->at, b->len};
	return b->len != 0;
}

static bool header(const struct smtp_tx *tx, const char *name, unsigned i,
		   struct view_of_bytes *out)
{
	return mime_header(&tx->mime.headers, name, i, &out->at, &out->len);
}

static bool rcpt(const struct smtp_tx *tx, unsigned i, struct view_of_bytes *out)
{
	const uint8_t *p = tx->rcpt.at;

	if (i >= tx->n_rcpt)
		return false;
	while (i--)
		p += strlen((const char *)p) + 1;
	*out = (struct view_of_bytes){p, (uint32_t)strlen((const char *)p)};
	return true;
}

bool smtp_file(const struct smtp_tx *tx, unsigned i, struct file_view *out)
{
	if (i >= tx->mime.n_files)
		return false;
	const struct mime_file *f = &tx->mime.file[i];
	*out = (struct file_view){.name = {f->name.at, f->name.len},
				  .data = {f->data.at, f->data.len},
				  .size = f->size,
				  .known = f->known,
				  .whole = f->whole};
	return true;
}

bool smtp_bytes(const struct tx *head, unsigned f, unsigned i, uint8_t dir,
		struct view_of_bytes *out)
{
	static const char *const names[] = {
		[F_email_from] = "from", [F_email_to] = "to",       [F_email_cc] = "cc",
		[F_subject] = "subject", [F_date] = "date",         [F_message_id] = "message-id",
		[F_mailer] = "x-mailer", [F_received] = "received",
	};
	const struct smtp_tx *tx = (const struct smtp_tx *)head;
	struct file_view file;

	(void)dir;
	if (i && !smtp_fields[f].many)
		return false;
	switch (f) {
	case F_helo:
		*out = (struct view_of_bytes){(const uint8_t *)tx->helo,
					      (uint32_t)strlen(tx->helo)};
		return out->len != 0;
	case F_from:
		return view(&tx->mail_from, out);
	case F_rcpt:
		return rcpt(tx, i, out);
	case F_file + FILE_data:
	case F_file + FILE_name:
	case F_file + FILE_magic:
	case F_file + FILE_md5:
	case F_file + FILE_sha1:
	case F_file + FILE_sha256:
		return smtp_file(tx, i, &file) && file_bytes(&file, f - F_file, out);
	default:
		return header(tx, names[f], i, out);
	}
}

bool smtp_number(const struct tx *head, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	const struct smtp_tx *tx = (const struct smtp_tx *)head;

	struct file_view file;

	(void)f, (void)dir;
	if (!smtp_file(tx, i, &file))
		return false;
	*out = file.size;
	return true;
}

static void say(struct json *j, const char *key, struct view_of_bytes v)
{
	json_strn(j, key, v.at, v.len < 512 ? v.len : 512);
}

/* "<a@b>", as it was sent; what parameters came with it is not kept. */
static void say_path(struct json *j, const char *key, struct view_of_bytes v)
{
	uint8_t text[516];
	uint32_t n = v.len < 512 ? v.len : 512;

	text[0] = '<';
	memcpy(text + 1, v.at, n);
	text[n + 1] = '>';
	json_strn(j, key, text, n + 2);
}

static void email(struct json *j, const struct smtp_tx *tx)
{
	static const char *const names[] = {"from", "to", "subject", "message-id"};
	static const char *const keys[] = {"from", "to", "subject", "message_id"};
	struct view_of_bytes v;

	json_open(j, "email");
	json_str(j, "status", tx->tx.progress[FLOW_to_server] >= SMTP_done ? "PARSE_DONE" : "BODY_STARTED");
	for (unsigned i = 0; i < 4; i++) {
		if (!header(tx, names[i], 0, &v))
			continue;
		if (i == 1) { /* EVE has a list of them */
			json_array(j, "to");
			say(j, NULL, v);
			json_array_end(j);
		} else {
			say(j, keys[i], v);
		}
	}
	json_array(j, "attachment");
	for (unsigned i = 0; i < tx->mime.n_files; i++) {
		if (view(&tx->mime.file[i].name, &v))
			say(j, NULL, v);
	}
	json_array_end(j);
	json_close(j);
}

uint32_t smtp_eve(const struct tx *head, char *out, uint32_t size)
{
	const struct smtp_tx *tx = (const struct smtp_tx *)head;
	struct json j = json_of(out, size);
	struct view_of_bytes v;

	json_open(&j, "smtp");
	if (tx->helo[0])
		json_str(&j, "helo", tx->helo);
	if (view(&tx->mail_from, &v))
		say_path(&j, "mail_from", v);
	if (tx->n_rcpt) {
		json_array(&j, "rcpt_to");
		for (unsigned i = 0; i < 8 && rcpt(tx, i, &v); i++)
			say_path(&j, NULL, v);
		json_array_end(&j);
	}
	json_close(&j);
	if (tx->has_data)
		email(&j, tx);
	if (tx->mime.n_files) {
		struct file_view file;

		json_array(&j, "files");
		for (unsigned i = 0; smtp_file(tx, i, &file); i++)
			file_eve(&j, &file, tx->tx.number);
		json_array_end(&j);
	}
	return json_ok(&j) ? (uint32_t)j.len : 0;
}
