/* SPDX-License-Identifier: Apache-2.0 */
#include "net/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#include "base/alloc.h"

enum {
	ANSWER_SIZE = 8192,
};

int ward_netns_current(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void ward_netns_return(int *home)
{
	if (*home < 0)
		return;
	/* Going on in somebody else's namespace would be worse than ending here. */
	if (setns(*home, CLONE_NEWNET) < 0)
		abort();
	close(*home);
	*home = -1;
}

int ward_netns_visit(int ns)
{
	int home = ward_netns_current();
	int r;

	if (home < 0 || setns(ns, CLONE_NEWNET) == 0)
		return home;
	r = -errno;
	close(home);
	return r;
}

int ward_netns_new(void)
{
	_cleanup_(ward_netns_return) int home = ward_netns_current();

	if (home < 0)
		return home;
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	return ward_netns_current();
}

int ward_netns_socket(int ns, int domain, int type, int protocol)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(ns);
	int fd;

	if (home < 0)
		return home;
	fd = socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	return fd < 0 ? -errno : fd;
}

int ward_netns_sysctl(const char *path, const char *value)
{
	_cleanup_free_ char *file = ward_format("/proc/sys/net/%s", path);
	_cleanup_close_ int fd = open(file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		return -errno;
	return 0;
}

/* Gives @ns the number @id in the namespace of @socket, which is then told when it dies. */
static int namespace_number(struct mnl_socket *socket, int ns, uint32_t id)
{
	char buf[ANSWER_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtgenmsg *rtgen;
	ssize_t n;

	nlh->nlmsg_type = RTM_NEWNSID;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	rtgen = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtgen));
	rtgen->rtgen_family = AF_UNSPEC;
	mnl_attr_put_u32(nlh, NETNSA_FD, ns);
	mnl_attr_put_u32(nlh, NETNSA_NSID, id);
	if (mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(socket, buf, sizeof(buf));
		if (n < 0)
			return -errno;
	} while (((struct nlmsghdr *)buf)->nlmsg_type != NLMSG_ERROR);
	return ((struct nlmsgerr *)mnl_nlmsg_get_payload((struct nlmsghdr *)buf))->error;
}

/* Waits for the news that one numbered namespace is going. */
static int namespace_wait(struct mnl_socket *socket, int timeout_ms)
{
	struct pollfd pfd = {.fd = mnl_socket_get_fd(socket), .events = POLLIN};
	char buf[ANSWER_SIZE];

	for (;;) {
		int n = poll(&pfd, 1, timeout_ms);

		if (n <= 0)
			return n < 0 ? -errno : -ETIMEDOUT;
		if (mnl_socket_recvfrom(socket, buf, sizeof(buf)) < 0)
			return -errno;
		if (((struct nlmsghdr *)buf)->nlmsg_type == RTM_DELNSID)
			return 0;
	}
}

static int sacrifice(struct mnl_socket *socket, uint32_t id, int timeout_ms)
{
	_cleanup_close_ int ns = ward_netns_new();
	int r;

	if (ns < 0)
		return ns;
	r = namespace_number(socket, ns, id);
	if (r < 0)
		return r;
	close(TAKE_FD(ns));
	return namespace_wait(socket, timeout_ms);
}

/* The kernel takes namespaces away in batches, one batch after the other, and announces the death
 * of each when its batch begins.  So the announcement of a namespace that was let go after such an
 * announcement tells that the batch before is done.  A batch also waits for the RCU callbacks
 * queued before it, which is where closed sockets let go of their namespaces: hence twice two. */
int ward_netns_settle(int timeout_ms)
{
	_cleanup_close_ int scratch = ward_netns_new();
	_cleanup_(ward_netns_return) int home = scratch < 0 ? scratch : ward_netns_visit(scratch);
	struct mnl_socket *socket;
	int group = RTNLGRP_NSID;
	int r = 0;

	if (home < 0)
		return home;
	socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		r = -errno;
	for (uint32_t id = 0; r == 0 && id < 4; id++)
		r = sacrifice(socket, id, timeout_ms);
	mnl_socket_close(socket);
	return r;
}
