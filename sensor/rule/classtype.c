// SPDX-License-Identifier: Apache-2.0
/* Source: classification.config as Suricata 7 ships it (names, descriptions, priorities). */
#include "rule/classtype.h"

#include <string.h>

/* clang-format off */
static const struct classtype classtypes[] = {
	{"not-suspicious", "Not Suspicious Traffic", 3, FAMILY_policy},
	{"unknown", "Unknown Traffic", 3, FAMILY_other},
	{"bad-unknown", "Potentially Bad Traffic", 2, FAMILY_other},
	{"attempted-recon", "Attempted Information Leak", 2, FAMILY_scan},
	{"successful-recon-limited", "Information Leak", 2, FAMILY_scan},
	{"successful-recon-largescale", "Large Scale Information Leak", 2, FAMILY_scan},
	{"attempted-dos", "Attempted Denial of Service", 2, FAMILY_exploit},
	{"successful-dos", "Denial of Service", 2, FAMILY_exploit},
	{"attempted-user", "Attempted User Privilege Gain", 1, FAMILY_exploit},
	{"unsuccessful-user", "Unsuccessful User Privilege Gain", 1, FAMILY_exploit},
	{"successful-user", "Successful User Privilege Gain", 1, FAMILY_exploit},
	{"attempted-admin", "Attempted Administrator Privilege Gain", 1, FAMILY_exploit},
	{"successful-admin", "Successful Administrator Privilege Gain", 1, FAMILY_exploit},
	{"rpc-portmap-decode", "Decode of an RPC Query", 2, FAMILY_other},
	{"shellcode-detect", "Executable code was detected", 1, FAMILY_exploit},
	{"string-detect", "A suspicious string was detected", 3, FAMILY_other},
	{"suspicious-filename-detect", "A suspicious filename was detected", 2, FAMILY_other},
	{"suspicious-login", "An attempted login using a suspicious username was detected", 2, FAMILY_credential},
	{"system-call-detect", "A system call was detected", 2, FAMILY_other},
	{"tcp-connection", "A TCP connection was detected", 4, FAMILY_policy},
	{"trojan-activity", "A Network Trojan was detected", 1, FAMILY_malware},
	{"unusual-client-port-connection", "A client was using an unusual port", 2, FAMILY_policy},
	{"network-scan", "Detection of a Network Scan", 3, FAMILY_scan},
	{"denial-of-service", "Detection of a Denial of Service Attack", 2, FAMILY_exploit},
	{"non-standard-protocol", "Detection of a non-standard protocol or event", 2, FAMILY_policy},
	{"protocol-command-decode", "Generic Protocol Command Decode", 3, FAMILY_other},
	{"web-application-activity", "access to a potentially vulnerable web application", 2, FAMILY_exploit},
	{"web-application-attack", "Web Application Attack", 1, FAMILY_exploit},
	{"misc-activity", "Misc activity", 3, FAMILY_other},
	{"misc-attack", "Misc Attack", 2, FAMILY_exploit},
	{"icmp-event", "Generic ICMP event", 3, FAMILY_other},
	{"inappropriate-content", "Inappropriate Content was Detected", 1, FAMILY_policy},
	{"policy-violation", "Potential Corporate Privacy Violation", 1, FAMILY_policy},
	{"default-login-attempt", "Attempt to login by a default username and password", 2, FAMILY_credential},
	{"targeted-activity", "Targeted Malicious Activity was Detected", 1, FAMILY_malware},
	{"exploit-kit", "Exploit Kit Activity Detected", 1, FAMILY_exploit},
	{"external-ip-check", "Device Retrieving External IP Address Detected", 2, FAMILY_policy},
	{"domain-c2", "Domain Observed Used for C2 Detected", 1, FAMILY_c2},
	{"pup-activity", "Possibly Unwanted Program Detected", 2, FAMILY_policy},
	{"credential-theft", "Successful Credential Theft Detected", 1, FAMILY_credential},
	{"social-engineering", "Possible Social Engineering Attempted", 2, FAMILY_other},
	{"coin-mining", "Crypto Currency Mining Activity Detected", 2, FAMILY_malware},
	{"command-and-control", "Malware Command and Control Activity Detected", 1, FAMILY_c2},
};
/* clang-format on */

const struct classtype *rule_classtype_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(classtypes) / sizeof(classtypes[0]); i++) {
		if (strcmp(classtypes[i].name, name) == 0)
			return &classtypes[i];
	}
	return NULL;
}
