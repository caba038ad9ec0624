/* SPDX-License-Identifier: Apache-2.0 */
/* Network namespaces without names.
 *
 * A namespace made here is held by a descriptor and by nothing else: no file under /run/netns, no
 * process of its own.  When the last descriptor goes, in whatever way its holder ended, the kernel
 * takes the namespace away with all interfaces, routes, rules and programs in it. */
#pragma once

#include <stdint.h>

/* A new namespace, or a negative errno; the calling thread stays where it is. */
int ward_netns_new(void);

/* The namespace of the calling thread, or a negative errno. */
int ward_netns_current(void);

/* Moves the calling thread into @ns for the rest of the scope:
 *
 *	_cleanup_(ward_netns_return) int home = ward_netns_visit(ns);
 *
 * Returns the way back, or a negative errno and nothing has changed. */
int ward_netns_visit(int ns);
void ward_netns_return(int *home);

/* socket(2) in @ns, close-on-exec and non-blocking. */
int ward_netns_socket(int ns, int domain, int type, int protocol);

/* Writes /proc/sys/net/@path of the namespace of the calling thread. */
int ward_netns_sysctl(const char *path, const char *value);

/* Waits until the kernel has taken away every namespace that was let go before the call.  0, or a
 * negative errno: -ETIMEDOUT after @timeout_ms. */
int ward_netns_settle(int timeout_ms);
