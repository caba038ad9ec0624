/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reports of an exposure: a peer in words. */
#pragma once

#include "report/exposure.h"

/* "any pod with role=monitoring in any namespace with env=prod", "any node", "10.0.0.0/8"; the
 * caller frees, as below. */
char *ward_exposed_peer_text(const struct ward_exposed_peer *peer);

/* "TCP 9100"; "TCP 1-65535 called http" */
char *ward_exposed_ports_text(const struct ward_exposed_peer *peer);
