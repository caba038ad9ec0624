/* SPDX-License-Identifier: Apache-2.0 */
/* The servers in the pods: no process of their own, but sockets that were made in the pod's
 * namespace and are served from the lab's one loop.  TCP (and SCTP where the kernel has it) says
 * the pod's name and closes, see guest.c; UDP sends back what came, or the name to a question
 * mark. */
#include "lab/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/netns.h"

enum {
	BACKLOG = 4096,
	ROUNDS = 64, /* connections or datagrams before the others have their turn */
};

int lab_proto_number(enum ward_proto proto)
{
	static const int numbers[] = {
		[WARD_TCP] = IPPROTO_TCP,
		[WARD_UDP] = IPPROTO_UDP,
		[WARD_SCTP] = IPPROTO_SCTP,
		[WARD_OTHER] = IPPROTO_ICMP,
	};

	return numbers[proto];
}

/* False when nobody waits at the door. */
static bool admit(struct lab *lab, const struct lab_server *server)
{
	int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		lab_guest_take(lab, fd, server->pod->id);
	return fd >= 0 || errno != EAGAIN;
}

/* Where a datagram came to and which way is where it goes from; but the way back is for the routes
 * to choose. */
static void way_back(struct msghdr *message)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			((struct in6_pktinfo *)CMSG_DATA(c))->ipi6_ifindex = 0;
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			((struct in_pktinfo *)CMSG_DATA(c))->ipi_ifindex = 0;
	}
}

/* A question mark that is all there is, or a line with nothing else. */
static bool is_question(const char *bytes, ssize_t n)
{
	return n > 0 && bytes[0] == '?' && (n == 1 || (n == 2 && bytes[1] == '\n'));
}

/* Sends back what came, or to a question the pod's name, from the address that it came to: who is
 * asked may have more than one. */
static bool echo(const struct lab_server *server)
{
	struct sockaddr_storage from;
	char buf[2048], control[CMSG_SPACE(sizeof(struct in6_pktinfo)) * 2];
	struct iovec bytes = {.iov_base = buf, .iov_len = sizeof(buf)};
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(server->fd, &message, 0);

	if (n >= 0) {
		bytes.iov_len = n;
		if (is_question(buf, n))
			bytes = (struct iovec){server->pod->id, strlen(server->pod->id)};
		message.msg_flags = 0;
		way_back(&message);
		sendmsg(server->fd, &message, MSG_NOSIGNAL);
	}
	return n >= 0 || errno != EAGAIN;
}

/* A server may have been closed, or its memory serve another, since the event: harmless, because
 * its socket does not block. */
static void server_ready(void *userdata, uint64_t tag, uint32_t events)
{
	const struct lab_server *server = (const struct lab_server *)(uintptr_t)tag;

	for (int i = 0; i < ROUNDS && server->fd >= 0; i++)
		if (!(server->proto == WARD_UDP ? echo(server) : admit(userdata, server)))
			break;
}

int lab_serving_open(struct lab *lab)
{
	int r = ward_pollset_init(&lab->serving, &lab->loop, server_ready, lab);

	return r < 0 ? r : lab_guests_open(lab);
}

static int socket_listen(int fd, const struct lab_server *server)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(server->port)};
	struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = htons(server->port)};
	bool both = server->pod->pod.n_ips == LAB_FAMILIES;
	int on = 1, off = 0;

	if (both) { /* on IPv4 too, whatever the machine's default */
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
		setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)); /* the world's */
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	} else {
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	}
	if (server->proto != WARD_UDP)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, both ? (struct sockaddr *)&any6 : (struct sockaddr *)&any,
		 both ? sizeof(any6) : sizeof(any)) < 0)
		return -errno;
	if (server->proto != WARD_UDP && listen(fd, BACKLOG) < 0)
		return -errno;
	return 0;
}

static const char *why_skipped(int error)
{
	switch (error) {
	case -EPROTONOSUPPORT:
	case -ESOCKTNOSUPPORT:
		return "this kernel has no such protocol";
	case -EADDRINUSE:
		return "another pod on the node's network has the port";
	case -EMFILE:
	case -ENFILE:
		return "too many open files";
	default:
		return "the kernel refuses the socket";
	}
}

static int server_open(struct lab *lab, struct lab_server *server)
{
	int type = server->proto == WARD_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int family = server->pod->pod.n_ips == LAB_FAMILIES ? AF_INET6 : AF_INET;
	int fd = ward_netns_socket(server->pod->ns, family, type, lab_proto_number(server->proto));
	int r = fd < 0 ? fd : socket_listen(fd, server);

	if (r == 0)
		r = ward_pollset_add(&lab->serving, fd, EPOLLIN, (uintptr_t)server);
	if (r < 0 && fd >= 0)
		close(fd);
	if (r == 0)
		server->fd = fd;
	return r;
}

static bool is_served(const struct lab_pod *pod, const struct ward_container_port *port)
{
	for (uint32_t i = 0; i < pod->servers.n; i++)
		if (pod->servers.items[i]->proto == port->proto &&
		    pod->servers.items[i]->port == port->number)
			return true;
	return false;
}

static int server_cmp(const void *a, const void *b)
{
	const struct lab_server *x = *(struct lab_server *const *)a;
	const struct lab_server *y = *(struct lab_server *const *)b;

	return x->port != y->port ? x->port - y->port : (int)x->proto - (int)y->proto;
}

void lab_pod_serve(struct lab *lab, struct lab_pod *pod)
{
	for (uint32_t i = 0; i < pod->pod.n_ports; i++) {
		const struct ward_container_port *port = &pod->pod.ports[i];
		struct lab_server *server;
		int r;

		if (is_served(pod, port)) /* declared twice, under two names */
			continue;
		server = lab->spare.n ? lab->spare.items[--lab->spare.n]
				      : ward_new(struct lab_server);
		*server = (struct lab_server){
			.pod = pod, .proto = port->proto, .port = port->number, .fd = -1};
		r = server_open(lab, server);
		if (r < 0)
			server->skipped = why_skipped(r);
		ward_vec_push(&pod->servers, server);
	}
	if (pod->servers.n)
		qsort(pod->servers.items, pod->servers.n, sizeof(*pod->servers.items), server_cmp);
}

void lab_pod_silence(struct lab *lab, struct lab_pod *pod)
{
	for (uint32_t i = 0; i < pod->servers.n; i++) {
		struct lab_server *server = pod->servers.items[i];

		if (server->fd >= 0)
			close(TAKE_FD(server->fd));
		ward_vec_push(&lab->spare, server);
	}
	ward_vec_clear(&pod->servers);
}
