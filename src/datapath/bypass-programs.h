/* SPDX-License-Identifier: Apache-2.0 */
/* The programs and filters at an interface, which see what arrives before it is judged. */
#pragma once

#include "datapath/bypass.h"
#include "net/interfaces.h"

/* 0 or a negative errno. */
int ward_bypass_programs_find(struct ward_bypasses *bypasses,
			      const struct ward_interface_info *interface);
