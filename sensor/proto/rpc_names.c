// SPDX-License-Identifier: Apache-2.0
/* Interfaces of Windows by UUID, their names, and the pipe where each usually speaks.
 * Source: the [MS-*] protocol documents, section 1.9 of each ("Standards Assignments"). */
#include "proto/rpc.h"

#include "base/hex.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct known {
	const char *uuid, *name, *pipe; /* pipe NULL: none of its own */
};

/* The order is that of rpc_interface_number(): new ones go to the end. */
static const struct known known[] = {
	{"367abb81-9844-35f1-ad32-98f038001003", "svcctl", "svcctl"},
	{"1ff70682-0a51-30e8-076d-740be8cee98b", "atsvc", "atsvc"},
	{"378e52b0-c0a9-11cf-822d-00aa0051e40f", "sasec", NULL},
	{"86d35949-83c9-4044-b424-db363231fd0c", "ITaskSchedulerService", NULL},
	{"12345778-1234-abcd-ef00-0123456789ac", "samr", "samr"},
	{"12345778-1234-abcd-ef00-0123456789ab", "lsarpc", "lsarpc"},
	{"338cd001-2244-31f1-aaaa-900038001003", "winreg", "winreg"},
	{"4b324fc8-1670-01d3-1278-5a47bf6ee188", "srvsvc", "srvsvc"},
	{"6bffd098-a112-3610-9833-46c3f87e345a", "wkssvc", "wkssvc"},
	{"12345678-1234-abcd-ef00-01234567cffb", "netlogon", "netlogon"},
	{"12345678-1234-abcd-ef00-0123456789ab", "spoolss", "spoolss"},
	{"76f03f96-cdfd-44fc-a22c-64950a001209", "IRemoteWinspool", NULL},
	{"e3514235-4b06-11d1-ab04-00c04fc2dcd2", "drsuapi", "drsuapi"},
	{"82273fdc-e32a-18c3-3f78-827929dc23ea", "eventlog", "eventlog"},
	{"f6beaff7-1e19-4fbb-9f8f-b89e2018337c", "IEventService", NULL},
	{"df1941c5-fe89-4e79-bf10-463657acf44d", "efsrpc", "efsrpc"},
	{"c681d488-d850-11d0-8c52-00c04fd90f7e", "efsrpc", NULL},
	{"4fc742e0-4a10-11cf-8273-00aa004ae673", "netdfs", "netdfs"},
	{"a8e0653c-2744-4389-a61d-7373df8b2292", "FileServerVssAgent", "FssagentRpc"},
	{"894de0c0-0d55-11d3-a322-00c04fa321a1", "InitShutdown", "InitShutdown"},
	{"3dde7c30-165d-11d1-ab8f-00805f14db40", "BackupKey", "protected_storage"},
	{"e1af8308-5d1f-11c9-91a4-08002b14a0fa", "epmapper", "epmapper"},
	{"000001a0-0000-0000-c000-000000000046", "IRemoteSCMActivator", NULL},
	{"4d9f4ab8-7d1c-11cf-861e-0020af6e7c57", "IActivation", NULL},
	{"99fcfec4-5260-101b-bbcb-00aa0021347a", "IObjectExporter", NULL},
	{"00000131-0000-0000-c000-000000000046", "IRemUnknown", NULL},
	{"00000143-0000-0000-c000-000000000046", "IRemUnknown2", NULL},
	{"f309ad18-d86a-11d0-a075-00c04fb68820", "IWbemLevel1Login", NULL},
	{"9556dc99-828c-11cf-a37e-00aa003240c7", "IWbemServices", NULL},
	{"fa7df749-66e7-4986-a27f-e2f04ae53772", "IVssSnapshotMgmt", NULL},
	{"214a0f28-b737-4026-b847-4f9e37d79529", "IVssDifferentialSoftwareSnapshotMgmt", NULL},
	{"afa8bd80-7d8a-11c9-bef4-08002b102989", "mgmt", NULL},
	{"3919286a-b10c-11d0-9ba8-00c04fd92ef5", "dssetup", NULL},
	{"8d9f4e40-a03d-11ce-8f69-08003e30051b", "PNP", "ntsvcs"},
	{"5a7b91f8-ff00-11d0-a9b2-00c04fb6e6fc", "messenger", "msgsvc"},
	{"6bffd098-a112-3610-9833-012892020162", "browser", "browser"},
	{"8fb6d884-2388-11d0-8c35-00c04fda2795", "W32Time", "W32TIME"},
	{"f5cc5a18-4264-101a-8c59-08002b2f8426", "nspi", NULL},
	{"50abc2a4-574d-40b3-9d66-ee4fd5fba076", "DNSServer", "DNSSERVER"},
	{"91ae6020-9e3c-11cf-8d7c-00aa00c091be", "ICertPassage", "cert"},
	{"5ca4a760-ebb1-11cf-8611-00a0245420ed", "IcaApi", "Ctx_WinStation_API_service"},
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static struct rpc_uuid uuid[KNOWN]; /* of known[], read once: each call on the wire asks */
static pthread_once_t is_read = PTHREAD_ONCE_INIT;

static void read_all(void)
{
	for (unsigned i = 0; i < KNOWN; i++)
		rpc_uuid_parse(known[i].uuid, strlen(known[i].uuid), &uuid[i]);
}

static const struct rpc_uuid *uuid_of(unsigned i)
{
	pthread_once(&is_read, read_all);
	return &uuid[i];
}

static unsigned find(const struct rpc_uuid *u)
{
	const struct rpc_uuid *all = uuid_of(0);

	for (unsigned i = 0; i < KNOWN; i++) {
		if (memcmp(all[i].at, u->at, sizeof(u->at)) == 0)
			return i;
	}
	return KNOWN;
}

const char *rpc_name_of(const struct rpc_uuid *u)
{
	unsigned i = find(u);

	return i < KNOWN ? known[i].name : NULL;
}

uint64_t rpc_interface_number(const struct rpc_uuid *u)
{
	unsigned i = find(u);

	return i < KNOWN ? i + 1 : 0;
}

bool rpc_interface_at(uint64_t number, struct rpc_uuid *out)
{
	if (number == 0 || number > KNOWN)
		return false;
	*out = *uuid_of((unsigned)number - 1);
	return true;
}

bool rpc_of_pipe(const char *pipe, struct rpc_uuid *out)
{
	for (unsigned i = 0; i < KNOWN; i++) {
		if (known[i].pipe && strcasecmp(known[i].pipe, pipe) == 0) {
			*out = *uuid_of(i);
			return true;
		}
	}
	return false;
}

bool rpc_uuid_parse(const char *text, size_t len, struct rpc_uuid *out)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++) {
		int v = hex_digit((uint8_t)text[i]);

		if (text[i] == '-')
			continue;
		if (v < 0 || n >= 32)
			return false;
		out->at[n / 2] = (uint8_t)(out->at[n / 2] << 4 | v);
		n++;
	}
	return n == 32;
}

void rpc_uuid_text(const struct rpc_uuid *u, char out[37])
{
	const uint8_t *p = u->at;

	snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], p[12],
		 p[13], p[14], p[15]);
}

struct rpc_uuid rpc_uuid_read(const uint8_t *p, bool little)
{
	static const uint8_t from[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	struct rpc_uuid u;

	for (unsigned i = 0; i < 16; i++)
		u.at[i] = p[little ? from[i] : i];
	return u;
}
