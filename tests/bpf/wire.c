/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors as frames on real links: what the program counts, who hears them, and nobody else.
 *
 * Frames are sent raw from the namespaces of pods and of the world, so that nothing about them is
 * made right by a kernel.  Each carries a mark (IPv4: the identification, IPv6: the flow label) by
 * which it is known where it arrives.  The namespaces answer nothing. */
#include "city.h"

#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/ioctl.h>

#include "vectors.h"

enum {
	FRAME_MAX = 512,
};

struct wire {
	struct city *city;
	struct ends ends[2]; /* IPv4, IPv6 */
	int link[N_PLACES];  /* hears what arrives there, and sends */
	uint8_t header[N_PLACES][12];
	uint16_t mark;
	int n_wrong;
};

static void mac_of(const char *device, uint8_t mac[6])
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = {};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	assert_int_equal(ioctl(fd, SIOCGIFHWADDR, &request), 0);
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	close(fd);
}

static void link_open(struct wire *wire, int place)
{
	const struct city *city = wire->city;
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int fd = net_socket(city->place[place], AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	mac_of(device_of[place], wire->header[place]);
	net_enter(city->place[place]);
	mac_of("eth0", wire->header[place] + 6);
	address.sll_ifindex = if_nametoindex("eth0");
	net_enter(city->node);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	net_run(city->place[place], "nft 'add table inet quiet; add chain inet quiet output { type "
				    "filter hook output priority 0; policy drop; }; add rule inet "
				    "quiet output icmpv6 type { 135, 136 } accept'");
	wire->link[place] = fd;
}

/* "far" lives where "late" does, which nobody knows. */
static void far_settles(const struct city *city)
{
	for (int six = 0; six < 2; six++) {
		const char *spare = texts[six][SPARE];

		net_run(city->place[LATE], "ip addr add %s/%d dev eth0 %s", spare, six ? 128 : 32,
			six ? "nodad" : "");
		net_run(city->node, "ip route add %s dev %s", spare, device_of[LATE]);
	}
}

static int wire_build(void **state)
{
	static const char *const remote[] = {"10.2.0.5", "fd00:2::5"};
	static const char *const nobody[] = {"255.255.255.255", "ff0f::1"};
	struct wire *wire = ward_new(struct wire);
	void *city;

	if (city_build(&city) < 0)
		return -1;
	wire->city = city;
	for (int six = 0; six < 2; six++)
		wire->ends[six] = (struct ends){
			.world = ip_of(texts[six][WORLD]),
			.pod = ip_of(texts[six][B]),
			.shut = ip_of(texts[six][A]),
			.far = ip_of(texts[six][SPARE]),
			.remote = ip_of(remote[six]),
			.own = ip_of(texts[six][GATEWAY]),
			.unready = ip_of(texts[six][LATE]),
			.nobody = ip_of(nobody[six]),
		};
	far_settles(city);
	for (int place = 0; place < N_PLACES; place++)
		link_open(wire, place);
	*state = wire;
	return 0;
}

static int wire_raze(void **state)
{
	struct wire *wire = *state;
	void *city = wire->city;

	for (int place = 0; place < N_PLACES; place++)
		close(wire->link[place]);
	free(wire);
	return city_raze(&city);
}

static int wire_enforce(void **state)
{
	struct wire *wire = *state;
	const uint32_t ifindex[] = {if_nametoindex(device_of[B]), if_nametoindex(device_of[A]),
				    if_nametoindex(device_of[LATE])};
	struct vector_tables tables;
	void *city = wire->city;

	if (enforce4(&city) < 0)
		return -1;
	vector_tables_init(&tables, &wire->ends[0], &wire->ends[1], NODE_NAME, ifindex);
	return ward_datapath_commit_tables(wire->city->datapath, &tables.tables, tables.ifindex);
}

static int wire_release(void **state)
{
	struct wire *wire = *state;
	void *city = wire->city;

	return release(&city);
}

/* The node forgets all connections. */
static void connections_forget(void)
{
	struct {
		struct nlmsghdr header;
		struct nfgenmsg message;
	} request = {
		.header = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
		.message = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} answer = {};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);

	assert_int_equal(send(fd, &request, sizeof(request), 0), sizeof(request));
	assert_true(recv(fd, &answer, sizeof(answer), 0) > 0);
	assert_int_equal(answer.error.error, 0);
	close(fd);
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | at[i];
	return value;
}

/* The source of a packet, or where it goes. */
static struct ward_ip address_in(const struct packet *packet, bool source)
{
	const uint8_t *at = packet->bytes + (source ? 8 : 24);

	if (packet->family == PACKET_IPV6)
		return (struct ward_ip){get64(at), get64(at + 8), WARD_FAMILY_6};
	at = packet->bytes + (source ? 8 : 12); /* in the lower half */
	return (struct ward_ip){.lo = (uint32_t)get64(at), .family = WARD_FAMILY_4};
}

/* Who has an address; N_PLACES: nobody. */
static int place_of(const struct wire *wire, struct ward_ip ip)
{
	const struct ends *ends = &wire->ends[ip.family == WARD_FAMILY_6];

	if (ward_ip_eq(ip, ends->pod))
		return B;
	if (ward_ip_eq(ip, ends->shut))
		return A;
	if (ward_ip_eq(ip, ends->far) || ward_ip_eq(ip, ends->unready))
		return LATE;
	return ward_ip_eq(ip, ends->world) ? WORLD : N_PLACES;
}

/* All that nobody else has is behind the uplink. */
static int sender_of(const struct wire *wire, const struct packet *packet, enum via via)
{
	static const int places[] = {
		[VIA_SHUT] = A, [VIA_POD] = B, [VIA_FAR] = LATE, [VIA_WORLD] = WORLD};
	int place = via == VIA_SOURCE ? place_of(wire, address_in(packet, true)) : places[via];

	return place == N_PLACES ? WORLD : place;
}

static void frame_send(const struct wire *wire, int place, const struct packet *packet,
		       const struct vector *vector)
{
	uint8_t frame[FRAME_MAX];
	uint32_t at = sizeof(wire->header[place]);

	memcpy(frame, wire->header[place], at);
	memcpy(frame + at, vector->tag, vector->tag_size);
	if (!vector->tag_size)
		put16(frame + at, packet->family == PACKET_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	at += vector->tag_size ? vector->tag_size : 2;
	memcpy(frame + at, packet->bytes, packet->size);
	at += packet->size;
	assert_int_equal(send(wire->link[place], frame, at, 0), at);
}

/* A part of a packet as a packet. */
static struct packet fragment(const struct packet *whole, const struct piece *piece, uint16_t id)
{
	uint32_t start = whole->transport, extra = whole->family == PACKET_IPV4 ? 0 : 8;
	struct packet part = *whole;
	uint8_t *at = part.bytes + start;

	part.size = start + extra + piece->size;
	part.protocol = IPPROTO_NONE; /* its sum is that of the whole */
	if (extra) {
		at[0] = part.bytes[6];
		at[1] = 0;
		put16(at + 2, piece->at | piece->more);
		put32(at + 4, id);
		part.bytes[6] = IPPROTO_FRAGMENT;
		put16(part.bytes + 4, part.size - 40);
	} else {
		put16(part.bytes + 2, part.size);
		put16(part.bytes + 6, piece->at / 8 | piece->more << 13);
	}
	memcpy(at + extra, whole->bytes + start + piece->at, piece->size);
	packet_seal(&part);
	return part;
}

static void vector_send(struct wire *wire, const struct vector *vector)
{
	struct packet packet = vector->packet;
	int place = sender_of(wire, &packet, vector->via);

	put16(packet.bytes + (packet.bytes[0] >> 4 == 6 ? 2 : 4), ++wire->mark);
	packet_seal(&packet);
	if (!vector->n_pieces)
		frame_send(wire, place, &packet, vector);
	for (uint32_t i = 0; i < vector->n_pieces; i++) {
		struct packet part = fragment(&packet, &vector->pieces[i], wire->mark);

		frame_send(wire, place, &part, vector);
	}
}

/* Is it what was sent last? */
static bool frame_is_marked(const struct wire *wire, const uint8_t *frame, ssize_t size)
{
	const uint8_t *ip = frame + ETH_HLEN;
	uint16_t type = frame[12] << 8 | frame[13];
	uint32_t at = type == ETH_P_IPV6 ? 2 : 4;

	return size > ETH_HLEN + 20 && (type == ETH_P_IP || type == ETH_P_IPV6) &&
	       (ip[at] << 8 | ip[at + 1]) == wire->mark;
}

/* Has it come to a place, not from there? */
static bool heard_at(const struct wire *wire, int place, int patience)
{
	bool heard = false;

	while (!heard && comes(wire->link[place], patience)) {
		uint8_t frame[FRAME_MAX];
		struct sockaddr_ll from;
		socklen_t from_size = sizeof(from);
		ssize_t size = recvfrom(wire->link[place], frame, sizeof(frame), 0,
					(struct sockaddr *)&from, &from_size);

		heard = from.sll_pkttype != PACKET_OUTGOING && frame_is_marked(wire, frame, size);
	}
	return heard;
}

/* Who hears it, as one bit a place; where it is expected it is waited for. */
static unsigned heard_by(const struct wire *wire, int expected)
{
	unsigned places = 0;

	for (int place = 0; place < N_PLACES; place++)
		places |= (unsigned)heard_at(wire, place, place == expected ? PATIENCE_MS : 0)
			  << place;
	return places;
}

static void counted(const struct wire *wire, uint64_t ret_counts[N_FATE])
{
	struct ward_datapath_counters now = counters(wire->city);

	ret_counts[ACCEPTED] = now.accepted;
	ret_counts[DENIED] = now.denied;
	ret_counts[SPOOFED] = now.spoofed;
	ret_counts[NOT_READY] = now.not_ready;
	ret_counts[MALFORMED] = now.malformed;
}

static void wrong(struct wire *wire, const struct vector *vector, const char *how)
{
	static const char *const fates[N_FATE] = {"accepted", "denied", "spoofed", "not ready",
						  "malformed"};

	fprintf(stderr, "IPv%d, %s (%s): expected %s%s, %s\n",
		vector->packet.family == PACKET_IPV4 ? 4 : 6, vector->what, vector->number,
		vector->how == LOST || vector->how == WIRE_LOST ? "lost, else " : "",
		fates[vector->fate], how);
	wire->n_wrong++;
}

static void vector_tried(struct wire *wire, const struct vector *vector)
{
	static const char *const counted_as[N_FATE] = {"not accepted", "denied", "spoofed",
						       "not ready", "malformed"};
	bool lost = vector->how == LOST || vector->how == WIRE_LOST;
	int target = place_of(wire, address_in(&vector->packet, false));
	bool arrives = !lost && vector->fate == ACCEPTED && target != N_PLACES;
	uint64_t before[N_FATE], after[N_FATE];
	unsigned heard;

	connections_forget();
	if (vector->opener.size)
		vector_send(wire, &(struct vector){.packet = vector->opener});
	counted(wire, before);
	vector_send(wire, vector);
	heard = heard_by(wire, arrives ? target : N_PLACES);
	counted(wire, after);
	for (enum fate fate = DENIED; fate < N_FATE; fate++)
		if (after[fate] - before[fate] != (!lost && vector->fate == fate))
			wrong(wire, vector, counted_as[fate]);
	if (!lost && vector->fate == ACCEPTED && after[ACCEPTED] == before[ACCEPTED])
		wrong(wire, vector, counted_as[ACCEPTED]);
	if (heard != (arrives ? 1u << target : 0))
		wrong(wire, vector, heard ? "somebody hears it" : "it does not arrive");
}

static void vectors_tried(struct wire *wire, struct vectors *vectors)
{
	wire->n_wrong = 0;
	for (uint32_t i = 0; i < vectors->list.n; i++)
		if (vectors->list.items[i].how != RUN_ONLY)
			vector_tried(wire, &vectors->list.items[i]);
	print_message("%u vectors\n", vectors->list.n);
	ward_vec_done(&vectors->list);
	assert_int_equal(wire->n_wrong, 0);
}

#define TEST(name, fill)                                                                           \
	static void name(void **state)                                                             \
	{                                                                                          \
		struct wire *wire = *state;                                                        \
		struct vectors vectors = {};                                                       \
                                                                                                   \
		fill;                                                                              \
		vectors_tried(wire, &vectors);                                                     \
	}

#define BOTH(vectors_of)                                                                           \
	vectors_of(&vectors, &wire->ends[0]);                                                      \
	vectors_of(&vectors, &wire->ends[1])

TEST(packets_of_either_family, BOTH(vectors_either))
TEST(ipv4_made_to_be_misread, vectors_four(&vectors, &wire->ends[0]))
TEST(ipv6_made_to_be_misread, vectors_six(&vectors, &wire->ends[1]))
TEST(neighbours_speak, vectors_neighbours(&vectors, &wire->ends[1]))
TEST(nobody_sends_as_another, BOTH(vectors_sources))
TEST(frames_of_other_networks, BOTH(vectors_frames))
TEST(fragments_are_judged_as_one, BOTH(vectors_fragments))
TEST(connections_are_told_apart, BOTH(vectors_connections))
TEST(errors_are_judged_as_their_flow, BOTH(vectors_errors))
TEST(groups_are_ordinary_destinations, BOTH(vectors_groups))

/* Somebody else may take packets out of connection tracking: the bytes are judged all the same. */
static void untracked_packets_are_judged(void **state)
{
	struct wire *wire = *state;
	struct vectors vectors = {};

	net_run(wire->city->node,
		"nft 'add table inet raw; add chain inet raw first { type filter "
		"hook prerouting priority -300; }; add rule inet raw first notrack'");
	BOTH(vectors_either);
	BOTH(vectors_sources);
	BOTH(vectors_fragments);
	BOTH(vectors_untracked);
	vectors_four(&vectors, &wire->ends[0]);
	vectors_six(&vectors, &wire->ends[1]);
	vectors_neighbours(&vectors, &wire->ends[1]);
	vectors_tried(wire, &vectors);
	net_run(wire->city->node, "nft delete table inet raw");
}

#define enforced_wire(test) cmocka_unit_test_setup_teardown(test, wire_enforce, wire_release)

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		enforced_wire(packets_of_either_family),
		enforced_wire(ipv4_made_to_be_misread),
		enforced_wire(ipv6_made_to_be_misread),
		enforced_wire(neighbours_speak),
		enforced_wire(nobody_sends_as_another),
		enforced_wire(frames_of_other_networks),
		enforced_wire(fragments_are_judged_as_one),
		enforced_wire(connections_are_told_apart),
		enforced_wire(errors_are_judged_as_their_flow),
		enforced_wire(groups_are_ordinary_destinations),
		enforced_wire(untracked_packets_are_judged),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	return cmocka_run_group_tests(tests, wire_build, wire_raze);
}
