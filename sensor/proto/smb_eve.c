// SPDX-License-Identifier: Apache-2.0
/* "smb":{…} as Suricata 7 writes it, and the names of commands and statuses ([MS-ERREF] 2.3). */
#include "proto/smb_part.h"

#include "base/json.h"

#include <stdio.h>

static const struct {
	uint32_t status;
	const char *name;
} statuses[] = {
	{0x00000000, "STATUS_SUCCESS"},
	{0x00000103, "STATUS_PENDING"},
	{0x0000010b, "STATUS_NOTIFY_CLEANUP"},
	{0x0000010c, "STATUS_NOTIFY_ENUM_DIR"},
	{0x80000005, "STATUS_BUFFER_OVERFLOW"},
	{0x80000006, "STATUS_NO_MORE_FILES"},
	{0xc0000001, "STATUS_UNSUCCESSFUL"},
	{0xc0000002, "STATUS_NOT_IMPLEMENTED"},
	{0xc0000003, "STATUS_INVALID_INFO_CLASS"},
	{0xc0000008, "STATUS_INVALID_HANDLE"},
	{0xc000000d, "STATUS_INVALID_PARAMETER"},
	{0xc000000f, "STATUS_NO_SUCH_FILE"},
	{0xc0000010, "STATUS_INVALID_DEVICE_REQUEST"},
	{0xc0000011, "STATUS_END_OF_FILE"},
	{0xc0000016, "STATUS_MORE_PROCESSING_REQUIRED"},
	{0xc0000022, "STATUS_ACCESS_DENIED"},
	{0xc0000023, "STATUS_BUFFER_TOO_SMALL"},
	{0xc0000033, "STATUS_OBJECT_NAME_INVALID"},
	{0xc0000034, "STATUS_OBJECT_NAME_NOT_FOUND"},
	{0xc0000035, "STATUS_OBJECT_NAME_COLLISION"},
	{0xc000003a, "STATUS_OBJECT_PATH_NOT_FOUND"},
	{0xc0000043, "STATUS_SHARING_VIOLATION"},
	{0xc0000054, "STATUS_FILE_LOCK_CONFLICT"},
	{0xc0000056, "STATUS_DELETE_PENDING"},
	{0xc0000061, "STATUS_PRIVILEGE_NOT_HELD"},
	{0xc0000064, "STATUS_NO_SUCH_USER"},
	{0xc000006a, "STATUS_WRONG_PASSWORD"},
	{0xc000006d, "STATUS_LOGON_FAILURE"},
	{0xc000006e, "STATUS_ACCOUNT_RESTRICTION"},
	{0xc0000071, "STATUS_PASSWORD_EXPIRED"},
	{0xc0000072, "STATUS_ACCOUNT_DISABLED"},
	{0xc000009a, "STATUS_INSUFFICIENT_RESOURCES"},
	{0xc00000ac, "STATUS_PIPE_NOT_AVAILABLE"},
	{0xc00000b5, "STATUS_IO_TIMEOUT"},
	{0xc00000ba, "STATUS_FILE_IS_A_DIRECTORY"},
	{0xc00000bb, "STATUS_NOT_SUPPORTED"},
	{0xc00000c9, "STATUS_NETWORK_NAME_DELETED"},
	{0xc00000cc, "STATUS_BAD_NETWORK_NAME"},
	{0xc00000d0, "STATUS_REQUEST_NOT_ACCEPTED"},
	{0xc0000101, "STATUS_DIRECTORY_NOT_EMPTY"},
	{0xc0000103, "STATUS_NOT_A_DIRECTORY"},
	{0xc0000120, "STATUS_CANCELLED"},
	{0xc0000128, "STATUS_FILE_CLOSED"},
	{0xc000015b, "STATUS_LOGON_TYPE_NOT_GRANTED"},
	{0xc0000193, "STATUS_ACCOUNT_EXPIRED"},
	{0xc0000203, "STATUS_USER_SESSION_DELETED"},
	{0xc0000205, "STATUS_INSUFF_SERVER_RESOURCES"},
	{0xc0000224, "STATUS_PASSWORD_MUST_CHANGE"},
	{0xc0000225, "STATUS_NOT_FOUND"},
	{0xc0000234, "STATUS_ACCOUNT_LOCKED_OUT"},
	{0xc0000257, "STATUS_PATH_NOT_COVERED"},
	{0xc000035c, "STATUS_NETWORK_SESSION_EXPIRED"},
};

const char *smb_status_name(uint32_t status)
{
	for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status == status)
			return statuses[i].name;
	}
	return NULL;
}

const char *smb2_command_name(uint16_t command)
{
	static const char *const names[] = {
		"NEGOTIATE_PROTOCOL",
		"SESSION_SETUP",
		"SESSION_LOGOFF",
		"TREE_CONNECT",
		"TREE_DISCONNECT",
		"CREATE",
		"CLOSE",
		"FLUSH",
		"READ",
		"WRITE",
		"LOCK",
		"IOCTL",
		"CANCEL",
		"KEEPALIVE",
		"QUERY_DIRECTORY",
		"CHANGE_NOTIFY",
		"GET_INFO",
		"SET_INFO",
		"OPLOCK_BREAK",
	};

	return command < sizeof(names) / sizeof(names[0]) ? names[command] : NULL;
}

const char *smb1_command_name(uint16_t command)
{
	switch (command) {
	case 0x00:
		return "CREATE_DIRECTORY";
	case 0x01:
		return "DELETE_DIRECTORY";
	case 0x02:
		return "OPEN";
	case 0x03:
		return "CREATE";
	case 0x04:
		return "CLOSE";
	case 0x05:
		return "FLUSH";
	case 0x06:
		return "DELETE";
	case 0x07:
		return "RENAME";
	case 0x08:
		return "QUERY_INFORMATION";
	case 0x0a:
		return "READ";
	case 0x0b:
		return "WRITE";
	case 0x10:
		return "CHECK_DIRECTORY";
	case 0x24:
		return "LOCKING_ANDX";
	case 0x25:
		return "TRANS";
	case 0x2b:
		return "ECHO";
	case 0x2d:
		return "OPEN_ANDX";
	case 0x2e:
		return "READ_ANDX";
	case 0x2f:
		return "WRITE_ANDX";
	case 0x32:
		return "TRANS2";
	case 0x34:
		return "FIND_CLOSE2";
	case 0x71:
		return "TREE_DISCONNECT";
	case 0x72:
		return "NEGOTIATE_PROTOCOL";
	case 0x73:
		return "SESSION_SETUP_ANDX";
	case 0x74:
		return "LOGOFF_ANDX";
	case 0x75:
		return "TREE_CONNECT_ANDX";
	case 0xa0:
		return "NT_TRANS";
	case 0xa2:
		return "NT_CREATE_ANDX";
	case 0xa4:
		return "NT_CANCEL";
	default:
		return NULL;
	}
}

static const char *dialect_name(uint16_t dialect)
{
	switch (dialect) {
	case 1:
		return "NT LM 0.12";
	case 0x0202:
		return "2.02";
	case 0x0210:
		return "2.10";
	case 0x0222:
		return "2.22";
	case 0x0224:
		return "2.24";
	case 0x02ff:
		return "2.??";
	case 0x0300:
		return "3.00";
	case 0x0302:
		return "3.02";
	case 0x0310:
		return "3.10";
	case 0x0311:
		return "3.11";
	default:
		return "unknown";
	}
}

static void put_common(struct json *j, const struct tx *tx, uint8_t version, uint16_t dialect,
		       uint16_t command, const uint32_t *status)
{
	char text[32];
	const char *name = version == 2 ? smb2_command_name(command) : smb1_command_name(command);

	json_u64(j, "id", tx->number + 1);
	json_str(j, "dialect", dialect_name(dialect));
	snprintf(text, sizeof(text), "SMB%u_COMMAND_%s", version, name ? name : "UNKNOWN");
	if (!name)
		snprintf(text, sizeof(text), "%u", command);
	json_str(j, "command", text);
	if (!status)
		return;
	name = smb_status_name(*status);
	snprintf(text, sizeof(text), "%u", *status);
	json_str(j, "status", name ? name : text);
	snprintf(text, sizeof(text), "0x%x", *status);
	json_str(j, "status_code", text);
}

static const char *disposition_name(uint32_t disposition)
{
	static const char *const names[] = {"FILE_SUPERSEDE", "FILE_OPEN",
					    "FILE_CREATE",    "FILE_OPEN_IF",
					    "FILE_OVERWRITE", "FILE_OVERWRITE_IF"};

	return disposition < 6 ? names[disposition] : "UNKNOWN";
}

static void put_setup(struct json *j, const struct smb_tx *t)
{
	char text[32];

	if (!t->ext)
		return;
	json_open(j, "ntlmssp");
	json_str(j, "domain", t->other);
	json_str(j, "user", t->name);
	json_str(j, "host", t->host);
	if (t->ntlm_version[0]) {
		snprintf(text, sizeof(text), "%u.%u build %u", t->ntlm_version[0],
			 t->ntlm_version[1],
			 t->ntlm_version[2] | (unsigned)t->ntlm_version[3] << 8);
		json_str(j, "version", text);
	}
	json_close(j);
}

static void put_tree(struct json *j, const struct smb_tx *t)
{
	static const char *const kinds[] = {"UNKNOWN", "FILE", "PIPE", "PRINT"};

	/* SMB 1's without its first byte: as the rules have it, and Suricata */
	json_str(j, t->kind == 2 ? "named_pipe" : "share",
		 t->name + (t->version == 1 && t->name[0] && t->name[1]));
	if (t->version == 2)
		json_str(j, "share_type", kinds[t->kind & 3]);
}

static void put_what(struct json *j, const struct smb_tx *t)
{
	switch (t->what) {
	case SMB_setup:
		put_setup(j, t);
		break;
	case SMB_tree_connect:
		put_tree(j, t);
		break;
	case SMB_create_file:
		json_str(j, t->options & 1 ? "directory" : "filename",
			 t->name[0] ? t->name : "<share_root>");
		json_str(j, "disposition", disposition_name(t->disposition));
		json_str(j, "access", t->options & 0x1000 ? "delete on close" : "normal");
		if (t->size != UINT64_MAX)
			json_u64(j, "size", t->size);
		break;
	case SMB_data:
		if (t->name[0])
			json_str(j, "filename", t->name);
		break;
	case SMB_rename_file:
		json_open(j, "rename");
		json_str(j, "from", t->name);
		json_str(j, "to", t->other);
		json_close(j);
		break;
	default:
		break;
	}
}

uint32_t smb_eve(const struct tx *tx, char *out, uint32_t size)
{
	const struct tx_head *head = (const struct tx_head *)tx;
	struct json j = json_of(out, size);

	json_open(&j, "smb");
	if (head->kind == TX_rpc) {
		const struct rpc_tx *r = (const struct rpc_tx *)tx;

		put_common(&j, tx, r->smb.version, r->smb.dialect, r->smb.command, NULL);
		json_u64(&j, "session_id", r->smb.session);
		json_u64(&j, "tree_id", r->smb.tree);
		json_open(&j, "dcerpc");
		rpc_eve(&j, r);
		json_close(&j);
	} else if (head->kind == TX_file) {
		const struct smb_body *b = (const struct smb_body *)tx;

		put_common(&j, tx, b->version, b->dialect, b->command, NULL);
		json_str(&j, "filename", b->path);
		json_str(&j, "share", b->share);
		json_u64(&j, "size", b->size);
	} else {
		const struct smb_tx *t = (const struct smb_tx *)tx;

		put_common(&j, tx, t->version, t->dialect, t->command,
			   t->answered ? &t->status : NULL);
		json_u64(&j, "session_id", t->session);
		json_u64(&j, "tree_id", t->tree);
		put_what(&j, t);
	}
	json_close(&j);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}
