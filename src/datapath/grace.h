/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting until every packet that was on its way through the program is through. */
#pragma once

struct ward_grace {
	int outer, inner; /* descriptors of maps, -1 when not open */
};

#define WARD_GRACE_NONE ((struct ward_grace){.outer = -1, .inner = -1})

/* 0 or a negative errno. */
int ward_grace_open(struct ward_grace *grace);
void ward_grace_close(struct ward_grace *grace);

/* Returns when all programs that were running have ended: 0, or a negative errno and nothing is
 * known. */
int ward_grace_wait(struct ward_grace *grace);
