// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The program that judges every packet of a node.
 *
 * It runs at netfilter PREROUTING, priority -99: after connection tracking (-200), which also
 * reassembles, and after the translation of Service addresses (-100), before routing.  So it sees
 * who really talks to whom, in both directions, and the connection state tells which packet opens
 * a flow, which belongs to one, and which is a reply.  Each packet is judged by the policy of now:
 * a permission that goes away cuts a live connection at its next packet.
 *
 * A packet is parsed into a struct ward_image_flow, turned round if it is a reply, and given to
 * ward_walk(), which reads the image.  An ICMP error stands for a packet of the flow that it is
 * about, whose beginning it carries: that is what is parsed.  What cannot be parsed is dropped;
 * everything that is not "accept" in one place, ward_prerouting(), is a silent drop. */
#include "kernel.h"

#include "image/lookup.h"
#include "packet4.h"
#include "packet6.h"
#include "repeats.h"
#include "tallies.h"

/* Written by the loader; the verifier then knows them as constants. */
const volatile struct ward_geometry ward_geometry;
const volatile bool ward_report_every;	/* packet, not only the first of a flow: for tests */
const volatile uint32_t ward_linger_us; /* of some packets, between two loads: for tests */
const volatile uint64_t ward_session;	/* of the process that loads it */

enum {
	LINGER_ONE_IN = 512, /* packets */
	LINGER_ROUNDS = 1 << 20,
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(uint32_t));
	__uint(value_size, 4096); /* set when loaded */
} ward_image SEC(".maps");

static __always_inline const char *image_base(void)
{
	uint32_t zero = 0;

	return bpf_map_lookup_elem(&ward_image, &zero);
}

/* Of the view that is in force now: loaded once, and all further addresses contain it. */
static __always_inline bool head_load(uint64_t *ret_view)
{
	const char *base = image_base();

	if (!base)
		return false;
	*ret_view = *(volatile uint64_t *)(base + __builtin_offsetof(struct ward_image_head, head));
	return true;
}

static __always_inline bool image_open(uint64_t view, struct ward_image *image)
{
	const char *base = image_base();

	view &= WARD_N_VIEWS - 1;
	ward_opaque(view);
	*image = ward_image_of(base, &(const struct ward_geometry){ward_geometry.n_buckets4,
								   ward_geometry.n_buckets6,
								   ward_geometry.n_lines});
	image->view = view;
	return base;
}

static int linger_on(__attribute__((unused)) uint32_t round, const uint64_t *until)
{
	return bpf_ktime_get_ns() >= *until;
}

/* So that packets are on their way through whole commits, as they can be anyway (an interrupt, a
 * machine that is stopped for a while), but often.  Not told to, the verifier leaves it out. */
static __always_inline void linger(void)
{
	uint64_t until;

	if (!ward_linger_us || bpf_get_prandom_u32() % LINGER_ONE_IN)
		return;
	until = bpf_ktime_get_ns() + ward_linger_us * UINT64_C(1000);
	bpf_loop(LINGER_ROUNDS, linger_on, &until, 0);
}

/* The walk as a function of its own.  The verifier proves it once, for any flow: inline, it would
 * be proved again for everything that a parser can have found out, which is more than it bears. */
static __always_inline void walk(uint64_t view, enum ward_family family,
				 const struct ward_image_flow *flow, uint32_t bytes,
				 struct ward_image_verdict *verdict)
{
	struct ward_image image;

	if (!flow || !verdict || !image_open(view, &image))
		return;
	ward_walk(&image, family, flow, verdict);
	tally(WARD_WIRE_VERSION(ward_session, ward_root(&image)->numbering), family, flow, verdict,
	      bytes);
}

__noinline int ward_walk4(uint64_t view, const struct ward_image_flow *flow, uint32_t bytes,
			  struct ward_image_verdict *verdict)
{
	walk(view, WARD_FAMILY_4, flow, bytes, verdict);
	return 0;
}

__noinline int ward_walk6(uint64_t view, const struct ward_image_flow *flow, uint32_t bytes,
			  struct ward_image_verdict *verdict)
{
	walk(view, WARD_FAMILY_6, flow, bytes, verdict);
	return 0;
}

/* Is this an address of the node, or, with @or_pod, of one of its pods? */
__noinline int ward_ip6_is_own(uint64_t view, const struct ward_ip *ip, bool or_pod)
{
	struct ward_image image;
	uint32_t kind;

	if (!ip || !image_open(view, &image))
		return 0;
	kind = WARD_VALUE_KIND(ward_value6(&image, ip));
	return kind == WARD_AT_NODE || (or_pod && kind == WARD_AT_LOCAL);
}

__noinline int ward_from_outside(uint64_t view, uint32_t ifindex)
{
	struct ward_image image;

	return image_open(view, &image) && ward_is_outside(&image, ifindex);
}

/* Nobody has seen a packet of this flow go through.  Without a connection there is no telling. */
static __always_inline bool is_first(unsigned long nfct)
{
	const struct nf_conn *conn = (const void *)(nfct & ~(unsigned long)CT_INFO_MASK);

	uint32_t state = nfct & CT_INFO_MASK;

	if (!conn || (state != CT_NEW && state != CT_RELATED))
		return false;
	return !(BPF_CORE_READ(conn, status) & CT_CONFIRMED);
}

/* The port of a bridge that a packet came in at.  Its device is the bridge by now, which says
 * nothing about who sent it. */
static __always_inline uint32_t bridge_port(const struct sk_buff *skb)
{
	const struct nf_bridge_info *bridge;
	const struct net_device *dev;

	bridge = (const void *)skb->extensions +
		 BPF_CORE_READ(skb, extensions, offset[SKB_EXT_BRIDGE_NF]) * 8;
	if (bpf_core_field_exists(bridge->physinif))
		return BPF_CORE_READ(bridge, physinif);
	dev = BPF_CORE_READ(bridge, physindev);
	return dev ? BPF_CORE_READ(dev, ifindex) : 0;
}

static __always_inline bool is_bridged(const struct sk_buff *skb)
{
	return bpf_core_enum_value_exists(enum skb_ext_id, SKB_EXT_BRIDGE_NF) &&
	       skb->active_extensions & 1 << SKB_EXT_BRIDGE_NF;
}

static __always_inline uint32_t came_from(const struct sk_buff *skb)
{
	if (skb->pkt_type == PACKET_LOOPBACK)
		return WARD_LOOPBACK_IFINDEX; /* the node's own multicast, heard by itself */
	if (is_bridged(skb))
		return bridge_port(skb);
	return skb->dev->ifindex; /* is state->in, which test runs leave out */
}

/* A parsed packet, whose protocol begins at @end; @family is a constant. */
static __always_inline void judge_parsed(struct sk_buff *skb, uint64_t view,
					 struct bpf_dynptr *bytes, enum ward_family family,
					 uint32_t end, struct packet *packet,
					 struct ward_image_verdict *verdict)
{
	struct ward_image_flow *flow = &packet->flow;
	unsigned long nfct = skb->_nfct;
	/* Without a connection (untracked, invalid) the low bits mean nothing: as new. */
	uint32_t state = nfct & ~(unsigned long)CT_INFO_MASK ? nfct & CT_INFO_MASK : CT_NEW;
	bool is_error =
		packet->protocol == (family == WARD_FAMILY_4 ? IPPROTO_ICMP : IPPROTO_ICMPV6) &&
		(state == CT_RELATED || state == CT_RELATED_REPLY);

	packet->opens = ward_report_every || is_first(nfct);
	flow->ifindex = came_from(skb);
	flow->reply = state == CT_REPLY || state == CT_RELATED_REPLY;
	if (family == WARD_FAMILY_4 && is_inward(flow))
		return;
	if (is_error) {
		flow->sender = flow->from;
		if (!(family == WARD_FAMILY_4 ? parse_inner4(bytes, end + ICMP_SIZE, packet)
					      : parse_inner6(bytes, end + ICMP_SIZE, packet)))
			return;
	}
	if (flow->reply != is_error) /* what an error is about went the other way */
		turn_round(packet);
	if (family == WARD_FAMILY_4)
		ward_walk4(view, flow, skb->len, verdict);
	else
		ward_walk6(view, flow, skb->len, verdict);
}

static __always_inline void judge4(struct sk_buff *skb, uint64_t view, struct packet *packet,
				   struct ward_image_verdict *verdict)
{
	struct bpf_dynptr bytes;
	uint32_t end;

	if (!bpf_dynptr_from_skb(skb, 0, &bytes) && parse4(skb, &bytes, packet, &end))
		judge_parsed(skb, view, &bytes, WARD_FAMILY_4, end, packet, verdict);
}

/* What neighbours say to each other (A10.10): from this link, and for this link or for this node
 * itself, or it would be a way from pod to pod.  At a bridge pods are neighbours of each other, and
 * what they may say is seen to at its ports (source.bpf.c).  No pod is a router. */
static __always_inline bool is_neighbourly(struct sk_buff *skb, uint64_t view,
					   struct bpf_dynptr *bytes, const struct packet *packet,
					   const struct ip6_header *ip, uint32_t end)
{
	uint8_t buffer, *type;

	if (packet->protocol != IPPROTO_ICMPV6)
		return false;
	type = bpf_dynptr_slice(bytes, end, &buffer, sizeof(buffer));
	if (!type)
		return false;
	if (is_discovery(ip, end, *type))
		return (is_of_the_link(packet->flow.to) ||
			ward_ip6_is_own(view, &packet->flow.to, is_bridged(skb))) &&
		       (!is_of_a_router(*type) || ward_from_outside(view, came_from(skb)));
	return is_listening(ip, packet->flow.to, *type);
}

static __always_inline void judge6(struct sk_buff *skb, uint64_t view, struct packet *packet,
				   struct ward_image_verdict *verdict)
{
	struct bpf_dynptr bytes;
	struct ip6_header ip;
	uint32_t end;

	if (bpf_dynptr_from_skb(skb, 0, &bytes) || !parse6(skb, &bytes, packet, &ip, &end))
		return;
	if (is_neighbourly(skb, view, &bytes, packet, &ip, end)) {
		packet->opens = ward_report_every;
		verdict->outcome = WARD_OUTCOME_RULES;
		verdict->accept = true;
	} else {
		judge_parsed(skb, view, &bytes, WARD_FAMILY_6, end, packet, verdict);
	}
}

/* Not inline, for the verifier as ward_walk4(). */
__noinline int ward_report(uint64_t view, const struct packet *packet,
			   const struct ward_image_verdict *verdict)
{
	struct ward_wire_flow flow = {};
	struct ward_image image;

	if (!packet || !verdict || !image_open(view, &image))
		return 0;
	flow = (struct ward_wire_flow){
		.version = WARD_WIRE_VERSION(ward_session, ward_root(&image)->version),
		.src = {packet->flow.from.hi, packet->flow.from.lo},
		.dst = {packet->flow.to.hi, packet->flow.to.lo},
		.decision = {verdict->decision[0], verdict->decision[1]},
		.dport = packet->flow.port,
		.family = packet->flow.from.family,
		.protocol = packet->protocol,
		.accept = verdict->accept,
		.outcome = verdict->outcome,
	};
	if (ward_report_every)
		tell_once(&flow, packet->sport);
	else
		repeat_count(&flow, packet->sport);
	return 0;
}

SEC("?netfilter") /* the loader sets the type by number: libbpf 1.1 does not know it */
int ward_prerouting(struct bpf_nf_ctx *ctx)
{
	struct ward_image_verdict verdict = {
		.outcome = WARD_OUTCOME_MALFORMED, /* until it has been parsed */
		.decision = {WARD_NOT_JUDGED, WARD_NOT_JUDGED},
	};
	struct packet packet = {};
	uint64_t view, accept;

	if (!head_load(&view))
		return NF_DROP;
	linger();
	if (ctx->state->pf == NFPROTO_IPV4)
		judge4(ctx->skb, view, &packet, &verdict);
	else
		judge6(ctx->skb, view, &packet, &verdict);
	count_add(verdict.accept ? WARD_COUNT_ACCEPTED : WARD_COUNT_REFUSED + verdict.outcome, 1);
	linger();
	if (!verdict.accept || packet.opens)
		ward_report(view, &packet, &verdict);
	accept = verdict.accept;
	ward_opaque(accept);
	return accept ? NF_ACCEPT : NF_DROP;
}

char ward_license[] SEC("license") = "Dual BSD/GPL";
