/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/conntrack.h"
#include "net/netns.h"

/* Each datagram to another port of this namespace is another connection. */
static void datagrams_send(uint32_t n)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	for (uint32_t i = 0; i < n; i++) {
		to.sin_port = htons(5000 + i);
		sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
	}
}

static void connections_are_counted_where_they_are(void **state)
{
	_cleanup_close_ int ns = geteuid() == 0 ? ward_netns_new() : -1;
	struct ward_conntrack_usage usage = {};
	struct ward_conntrack *conntrack;

	if (ns < 0)
		skip();
	{
		_cleanup_(ward_netns_return) int home = ward_netns_visit(ns);

		assert_true(home >= 0);
		if (system("nft 'add table inet t; add chain inet t c; "
			   "add rule inet t c ct state new' 2>/dev/null; ip link set lo up") != 0)
			skip();
		assert_int_equal(ward_conntrack_open(&conntrack), 0);
		datagrams_send(7);
	}
	for (int i = 0; i < 2; i++) { /* from elsewhere, and again */
		assert_int_equal(ward_conntrack_usage(conntrack, &usage), 0);
		assert_int_equal(usage.entries, 7);
		assert_true(usage.max >= 7);
		assert_int_equal(usage.dropped, 0);
	}
	ward_conntrack_close(conntrack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_are_counted_where_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
