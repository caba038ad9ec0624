/* SPDX-License-Identifier: Apache-2.0 */
/* How the files of ward_netlink write a request. */
#pragma once

#include <libmnl/libmnl.h>

#include "net/netlink.h"

struct nlmsghdr *ward_request_begin(struct ward_netlink *netlink, uint16_t type, uint16_t flags);
void ward_request_end(struct ward_netlink *netlink, struct nlmsghdr *nlh);

void ward_request_ip(struct nlmsghdr *nlh, uint16_t type, struct ward_ip ip);
