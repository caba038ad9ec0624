/* SPDX-License-Identifier: Apache-2.0 */
/* Points in the past, as kubectl takes them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* "5s", "2m", "1h30m", "1.5h", "250ms": so long.  False: it is none. */
bool ward_duration_parse(const char *text, int64_t *ret_us);

/* RFC 3339, "2026-11-23T09:14:02Z", "2026-11-23T10:14:02.5+01:00": since 1970. */
bool ward_instant_parse(const char *text, int64_t *ret_us);
