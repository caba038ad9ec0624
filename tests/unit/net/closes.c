/* SPDX-License-Identifier: Apache-2.0 */
/* A connection in a namespace of its own that ends: what is told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/closes.h"
#include "net/netns.h"

enum {
	PORT = 7777,
	SENT = 5,
};

static void hear(void *userdata, const struct ward_close *close)
{
	struct ward_close *heard = userdata;

	if (close->dport == PORT)
		*heard = *close;
}

/* Ends all connections of the namespace. */
static void flush(void)
{
	struct {
		struct nlmsghdr header;
		struct nfgenmsg family;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
		.family = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0},
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	char answer[256];

	assert_int_equal(send(fd, &request, sizeof(request), 0), sizeof(request));
	assert_true(recv(fd, answer, sizeof(answer), 0) > 0);
	close(fd);
}

/* Datagrams to a port of the loopback device, and half as many answers. */
static void talk(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)}, from;
	int client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(from);
	char byte = 'x';

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	assert_int_equal(bind(server, (struct sockaddr *)&to, sizeof(to)), 0);
	for (int i = 0; i < SENT; i++) {
		assert_int_equal(sendto(client, &byte, 1, 0, (struct sockaddr *)&to, sizeof(to)),
				 1);
		assert_int_equal(recvfrom(server, &byte, 1, 0, (struct sockaddr *)&from, &size), 1);
		if (i % 2)
			assert_int_equal(
				sendto(server, &byte, 1, 0, (struct sockaddr *)&from, size), 1);
	}
	close(client);
	close(server);
}

static void a_close_says_who_and_how_much(void **state)
{
	_cleanup_close_ int ns = ward_netns_new();
	_cleanup_(ward_netns_return) int home = ward_netns_visit(ns);
	struct ward_closes *closes = NULL;
	struct ward_close heard = {};
	struct pollfd poll_fd = {.events = POLLIN};

	if (home < 0 || system("ip link set lo up && nft 'add table ip t; add chain ip t c { type "
			       "filter hook prerouting priority 0; }; add rule ip t c ct state new "
			       "accept'") != 0) {
		skip();
		return;
	}
	assert_int_equal(ward_closes_open(&closes), 0);
	talk();
	flush();
	poll_fd.fd = ward_closes_fd(closes);
	assert_int_equal(poll(&poll_fd, 1, 5000), 1);
	assert_int_equal(ward_closes_poll(closes, hear, &heard), 0);
	assert_int_equal(heard.protocol, IPPROTO_UDP);
	assert_int_equal(heard.from.lo, 0x7f000001);
	assert_int_equal(heard.to.lo, 0x7f000001);
	assert_int_not_equal(heard.sport, 0);
	assert_true(heard.is_counted);
	assert_int_equal(heard.packets[0], SENT);
	assert_int_equal(heard.packets[1], SENT / 2);
	assert_int_equal(heard.bytes[0], SENT * 29);
	assert_int_equal(ward_closes_overruns(closes), 0);
	ward_closes_close(closes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_close_says_who_and_how_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
