/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, as RFC 3629 has it; private to doc/. */
#pragma once

#include <stddef.h>

/* The offset of the first byte that does not begin a valid character, or @size. */
size_t ward_utf8_check(const char *bytes, size_t size);
