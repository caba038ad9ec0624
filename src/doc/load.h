/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of files; private to doc/. */
#pragma once

#include "doc/input.h"

/* Inputs beyond this are refused. */
#define WARD_INPUT_MAX ((size_t)1 << 30)

/* Reads @fd to its end into memory that the caller frees, padded as struct ward_input wants it.
 * Returns 0, -EFBIG, or the errno of read(2).  Read rather than mapped, because a mapped file that
 * somebody truncates meanwhile kills the process. */
int ward_load(int fd, char **ret_bytes, size_t *ret_size);

/* A padded copy. */
char *ward_load_copy(const char *bytes, size_t size);
