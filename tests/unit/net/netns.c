/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/address-watch.h"
#include "net/netlink.h"
#include "net/netns.h"

static ino_t here(void)
{
	_cleanup_close_ int ns = ward_netns_current();
	struct stat stat;

	assert_int_equal(fstat(ns, &stat), 0);
	return stat.st_ino;
}

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void a_visit_ends(void **state)
{
	ino_t home = here();

	need_root();
	for (int i = 0; i < 3; i++) {
		_cleanup_close_ int ns = ward_netns_new();

		assert_true(ns >= 0);
		assert_int_equal(here(), home);
		{
			_cleanup_(ward_netns_return) int way = ward_netns_visit(ns);

			assert_true(way >= 0);
			assert_int_not_equal(here(), home);
		}
		assert_int_equal(here(), home);
	}
	assert_int_equal(ward_netns_visit(-1), -EBADF);
	assert_int_equal(here(), home);
}

static struct ward_netlink *netlink_in(int ns)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(ns);
	struct ward_netlink *netlink = NULL;

	assert_true(home >= 0);
	assert_int_equal(ward_netlink_open(&netlink), 0);
	return netlink;
}

/* What arrives at @at when @from says x.  A wire whose second end has just come up loses what is
 * sent until the kernel has noticed, so it is said again until it is heard. */
static char receive(int from, int at, const struct sockaddr_in *to)
{
	struct pollfd arrival = {.fd = at, .events = POLLIN};
	char byte = 0;

	for (int i = 0; i < 500; i++) {
		assert_int_equal(sendto(from, "x", 1, 0, (const struct sockaddr *)to, sizeof(*to)),
				 1);
		if (poll(&arrival, 1, 20) == 1)
			break;
	}
	assert_int_equal(recv(at, &byte, 1, 0), 1);
	return byte;
}

/* A datagram from one namespace to the other, over a wire without a subnet and without ARP. */
static void a_wire_carries(void **state)
{
	const struct ward_ip a = {.lo = 0x0a010101, .family = WARD_FAMILY_4};
	const struct ward_ip b = {.lo = 0x0a020202, .family = WARD_FAMILY_4};
	const struct ward_ip nowhere = {};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(7)};
	struct ward_netlink *left, *right;
	struct ward_ips ips = {};
	struct ward_veth veth = {.name = "wire",
				 .peer_name = "eth0",
				 .ifindex = 10,
				 .peer_ifindex = 20,
				 .mac = {2, 0, 0, 0, 0, 1},
				 .peer_mac = {2, 0, 0, 0, 0, 2}};
	const struct ward_ip a6 = {UINT64_C(0xfd00) << 48, 7, WARD_FAMILY_6};
	_cleanup_close_ int here_ns = -1, there_ns = -1, from = -1, at = -1;
	uint32_t n_own = 0;

	need_root();
	here_ns = ward_netns_new();
	there_ns = veth.peer_ns = ward_netns_new();
	left = netlink_in(here_ns);
	right = netlink_in(there_ns);
	ward_netlink_veth(left, &veth);
	ward_netlink_address(left, 10, a);
	ward_netlink_address(left, 10, a6);
	ward_netlink_neighbour(left, 10, b, veth.peer_mac);
	ward_netlink_route(left, 10, (struct ward_cidr){b, 32}, nowhere);
	assert_int_equal(ward_netlink_flush(left), 0);
	ward_netlink_up(right, 20);
	ward_netlink_address(right, 20, b);
	ward_netlink_neighbour(right, 20, a, veth.mac);
	ward_netlink_route(right, 20, (struct ward_cidr){a, 32}, nowhere);
	assert_int_equal(ward_netlink_flush(right), 0);

	at = ward_netns_socket(there_ns, AF_INET, SOCK_DGRAM, 0);
	from = ward_netns_socket(here_ns, AF_INET, SOCK_DGRAM, 0);
	to.sin_addr.s_addr = htonl((uint32_t)b.lo);
	assert_int_equal(bind(at, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(receive(from, at, &to), 'x');

	/* the dump is behind requests, and before others */
	assert_int_equal(ward_netlink_addresses(left, &ips), 0);
	for (uint32_t i = 0; i < ips.list.n; i++)
		n_own += ward_ip_eq(ips.list.items[i], a) || ward_ip_eq(ips.list.items[i], a6);
	assert_int_equal(n_own, 2); /* the others are link-local */
	ward_vec_done(&ips.list);

	/* the first error is told, and does not stick */
	ward_netlink_unlink(left, 99);
	ward_netlink_unlink(left, 10);
	assert_int_equal(ward_netlink_flush(left), -ENODEV);
	assert_int_equal(ward_netlink_flush(left), 0);
	ward_netlink_unlink(right, 20);
	assert_int_equal(ward_netlink_flush(right), -ENODEV);
	ward_netlink_close(left);
	ward_netlink_close(right);
}

/* More requests than a batch holds. */
static void batches_follow_each_other(void **state)
{
	_cleanup_close_ int ns = -1;
	struct ward_netlink *netlink;

	need_root();
	ns = ward_netns_new();
	netlink = netlink_in(ns);
	ward_netlink_up(netlink, 1);
	for (uint32_t i = 0; i < 2000; i++)
		ward_netlink_address(netlink, 1,
				     (struct ward_ip){.lo = 0x0a000001 + i,
						      .family = WARD_FAMILY_4});
	assert_int_equal(ward_netlink_flush(netlink), 0);
	ward_netlink_address(netlink, 1,
			     (struct ward_ip){.lo = 0x0a000001 + 1999, .family = WARD_FAMILY_4});
	assert_int_equal(ward_netlink_flush(netlink), -EEXIST);
	ward_netlink_close(netlink);
}

/* Told once, as soon as the change is made; also when there was more than the kernel keeps. */
static void addresses_are_watched(void **state)
{
	_cleanup_close_ int ns = -1, watch = -1;
	struct pollfd later = {.events = POLLIN};
	struct ward_netlink *netlink;

	need_root();
	ns = ward_netns_new();
	netlink = netlink_in(ns);
	{
		_cleanup_(ward_netns_return) int home = ward_netns_visit(ns);

		assert_true(home >= 0);
		watch = ward_address_watch_open();
		assert_true(watch >= 0);
		later.fd = watch;
	}
	assert_false(ward_address_watch_changed(watch));
	for (uint32_t n = 1, next = 0x0a000001; n <= 10000; n *= 100) {
		for (uint32_t i = 0; i < n; i++)
			ward_netlink_address(netlink, 1,
					     (struct ward_ip){.lo = next++,
							      .family = WARD_FAMILY_4});
		assert_int_equal(ward_netlink_flush(netlink), 0);
		assert_true(ward_address_watch_changed(watch));
		assert_false(ward_address_watch_changed(watch));
	}
	ward_netlink_address(netlink, 1,
			     (struct ward_ip){UINT64_C(0xfd00) << 48, 7, WARD_FAMILY_6});
	assert_int_equal(ward_netlink_flush(netlink), 0);
	assert_int_equal(poll(&later, 1, 10000), 1);
	assert_true(ward_address_watch_changed(watch));
	ward_netlink_close(netlink);
}

static void what_is_let_go_goes(void **state)
{
	need_root();
	for (int i = 0; i < 20; i++)
		close(ward_netns_new());
	assert_int_equal(ward_netns_settle(10000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_visit_ends),
		cmocka_unit_test(a_wire_carries),
		cmocka_unit_test(batches_follow_each_other),
		cmocka_unit_test(addresses_are_watched),
		cmocka_unit_test(what_is_let_go_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
