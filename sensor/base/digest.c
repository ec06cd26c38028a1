// SPDX-License-Identifier: Apache-2.0
/* MD5 and SHA-1 by libcrypto's plain functions: the newer ones take memory at each call, which a
 * worker must not; they are names here (JA3, fingerprints), not protection. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

void hash_md5(const void *p, size_t n, uint8_t out[16])
{
	MD5_CTX c;

	MD5_Init(&c);
	MD5_Update(&c, p, n);
	MD5_Final(out, &c);
}

void hash_sha1(const void *p, size_t n, uint8_t out[20])
{
	SHA_CTX c;

	SHA1_Init(&c);
	SHA1_Update(&c, p, n);
	SHA1_Final(out, &c);
}
