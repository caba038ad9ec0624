/* SPDX-License-Identifier: Apache-2.0 */
#include "net/address-watch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

int ward_address_watch_open(void)
{
	const struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE), r;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

/* What was said does not matter, so a message may be cut; an error (ENOBUFS: too much was said) is
 * a change too, unless it says that there is nothing. */
bool ward_address_watch_changed(int fd)
{
	bool changed = false;
	char byte;

	for (;;) {
		if (recv(fd, &byte, sizeof(byte), 0) >= 0)
			changed = true;
		else if (errno == EAGAIN)
			return changed;
		else if (errno != EINTR && errno != ENOBUFS)
			return true;
		else
			changed |= errno == ENOBUFS;
	}
}
