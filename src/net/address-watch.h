/* SPDX-License-Identifier: Apache-2.0 */
/* Have the addresses of a network namespace's interfaces changed?  Asking is one system call. */
#pragma once

#include <stdbool.h>

/* Of the namespace that the calling thread is in now.  A descriptor, or a negative errno. */
int ward_address_watch_open(void);

/* Since it was opened or last asked; also when the kernel has lost count.  It says so before
 * whoever changed an address hears that it is done, but of a new IPv6 address a moment later. */
bool ward_address_watch_changed(int fd);
