/* SPDX-License-Identifier: Apache-2.0 */
/* Anonymous network namespaces of a test: they go when the process does. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"

/* Ends the test as "could not be tried". */
static inline void net_skip(const char *why)
{
	printf("skipped: %s\n", why);
	exit(77);
}

static inline void net_fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	abort();
}

static inline int net_current(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		net_fail("/proc/thread-self/ns/net");
	return fd;
}

static inline void net_enter(int net)
{
	if (setns(net, CLONE_NEWNET) < 0)
		net_fail("setns");
}

/* A new namespace with its loopback up; the caller stays where it is. */
static inline int net_new(void)
{
	int back = net_current(), net;

	if (unshare(CLONE_NEWNET) < 0)
		net_skip("network namespaces need root");
	net = net_current();
	if (system("ip link set lo up") != 0)
		net_fail("ip link set lo up");
	net_enter(back);
	close(back);
	return net;
}

/* Runs a shell command in a namespace; it must succeed. */
static inline void net_run(int net, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void net_run(int net, const char *format, ...)
{
	int back = net_current();
	char command[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	net_enter(net);
	if (system(command) != 0) {
		fprintf(stderr, "failed: %s\n", command);
		abort();
	}
	net_enter(back);
	close(back);
}

/* A socket that lives in a namespace; the caller stays where it is. */
static inline int net_socket(int net, int family, int type, int protocol)
{
	int back = net_current(), fd;

	net_enter(net);
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		net_fail("socket");
	net_enter(back);
	close(back);
	return fd;
}
