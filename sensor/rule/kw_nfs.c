// SPDX-License-Identifier: Apache-2.0
/* The names with an underscore. Source: Suricata 7 user guide, "NFS Keywords". */
#include "rule/keyword.h"

const struct keyword keyword_nfs_procedure = {
	.name = "nfs_procedure",
	.syntax = "nfs_procedure: RANGE",
	.what = "procedure of NFS",
	.value = VALUE_needed,
	.field = "nfs.procedure",
	.closed = true,
};
const struct keyword keyword_nfs_version = {
	.name = "nfs_version",
	.syntax = "nfs_version: RANGE",
	.what = "version of NFS",
	.value = VALUE_needed,
	.field = "nfs.version",
	.closed = true,
};
