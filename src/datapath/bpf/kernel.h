/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 OR BSD-2-Clause */
/* The few kernel structures and functions that the programs touch, instead of a vmlinux.h: only
 * the members that are read, relocated to the running kernel's layout when the object is loaded. */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct net_device {
	int ifindex;
};

struct sk_buff {
	struct net_device *dev;
	unsigned int len;
	unsigned long _nfct;
	uint8_t pkt_type: 3;
	uint8_t active_extensions; /* a bit for each enum skb_ext_id */
	struct skb_ext *extensions;
};

struct skb_ext {
	uint8_t offset[1]; /* by enum skb_ext_id, in units of 8 bytes from here */
};

struct nf_bridge_info {
	int physinif; /* the port of the bridge that it came in at; before Linux 6.8 the device: */
	struct net_device *physindev;
};

struct nf_hook_state {
	uint8_t hook;
	uint8_t pf;
};

struct bpf_nf_ctx {
	const struct nf_hook_state *state;
	struct sk_buff *skb;
};

struct nf_conn {
	unsigned long status;
};

#pragma clang attribute pop

enum skb_ext_id { /* the first if there is one: without br_netfilter there is not */
	SKB_EXT_BRIDGE_NF,
};

extern int bpf_dynptr_from_skb(struct sk_buff *skb, uint64_t flags,
			       struct bpf_dynptr *ret_dynptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *dynptr, uint32_t offset, void *buffer,
			      uint32_t size) __ksym;

/* From the kernel's own headers, where user space cannot see them. */
enum {
	NF_DROP = 0,
	NF_ACCEPT = 1,
	NFPROTO_IPV4 = 2,
	NFPROTO_IPV6 = 10,
	PACKET_LOOPBACK = 5,
	ICMP_SIZE = 8,	  /* of its header; behind it is the packet that an error is about */
	CT_INFO_MASK = 7, /* low bits of sk_buff._nfct; the others are the nf_conn */
	CT_RELATED = 1,	  /* enum ip_conntrack_info */
	CT_NEW = 2,
	CT_REPLY = 3, /* ESTABLISHED + REPLY */
	CT_RELATED_REPLY = 4,
	CT_CONFIRMED = 8, /* ip_conntrack_status: an earlier packet of the flow went through */
};
