/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as the kernel's socket calls want them. */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/ip.h"

union ward_sockaddr {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* @port in host order.  The size of what was filled in. */
socklen_t ward_sockaddr_make(struct ward_ip ip, uint16_t port, union ward_sockaddr *ret_address);

/* Lets @fd send from @ip, which need not be the address of an interface.  0 or a negative errno. */
int ward_sockaddr_bind_free(int fd, struct ward_ip ip);
