// SPDX-License-Identifier: Apache-2.0
#include "datapath/tunnel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <nftables/libnftables.h>

#include "base/alloc.h"

static const char door[] = "add set inet ward nodes4 { type ipv4_addr; }\n"
			   "add set inet ward nodes6 { type ipv6_addr; }\n"
			   "add chain inet ward tunnel { type filter hook input priority -10; }\n"
			   "flush chain inet ward tunnel\n"
			   "add rule inet ward tunnel udp dport %u ip saddr != @nodes4 drop\n"
			   "add rule inet ward tunnel udp dport %u ip6 saddr != @nodes6 drop\n";
static const char no_door[] = "add chain inet ward tunnel\n"
			      "delete chain inet ward tunnel\n";

int ward_tunnel_open(struct ward_tunnel *tunnel, struct nft_ctx *nft, uint16_t port, char **ret_why)
{
	_cleanup_free_ char *rules = port ? ward_format(door, port, port) : ward_strdup(no_door);
	const char *error;

	*tunnel = (struct ward_tunnel){.nft = nft, .port = port};
	if (nft_run_cmd_from_buffer(nft, rules) == 0)
		return 0;
	error = nft_ctx_get_error_buffer(nft);
	*ret_why = ward_format("cannot guard the tunnel between nodes with nftables: %.*s",
			       (int)strcspn(error, "\n"), error);
	return -EBUSY;
}

void ward_tunnel_close(struct ward_tunnel *tunnel)
{
	ward_vec_done(&tunnel->nodes);
}

/* Numbers that are nobody's now may have been a node's. */
static bool concerns_nodes(const struct ward_tables *tables, const struct ward_delta *delta)
{
	if (!delta || delta->everything)
		return true;
	for (uint32_t i = 0; i < delta->n_addresses; i++) {
		const struct ward_address *address = &tables->addresses[delta->addresses[i]];

		if (address->node != WARD_NONE || !address->ip.family)
			return true;
	}
	return false;
}

/* As the tables have them, sorted. */
static bool nodes_find(struct ward_tunnel *tunnel, const struct ward_tables *tables)
{
	bool changed = false;
	uint32_t n = 0;

	for (uint32_t i = 0; i < tables->n_addresses; i++) {
		const struct ward_address *address = &tables->addresses[i];

		if (address->node == WARD_NONE || !address->ip.family)
			continue;
		if (n == tunnel->nodes.n)
			ward_vec_push(&tunnel->nodes, (struct ward_ip){});
		changed |= !ward_ip_eq(tunnel->nodes.items[n], address->ip);
		tunnel->nodes.items[n++] = address->ip;
	}
	changed |= n != tunnel->nodes.n;
	tunnel->nodes.n = n;
	return changed;
}

static void set_write(FILE *out, const struct ward_tunnel *tunnel, const char *name,
		      enum ward_family family)
{
	const char *before = "";
	char ip[WARD_IP_TEXT];

	fprintf(out, "flush set inet ward %s\n", name);
	for (uint32_t i = 0; i < tunnel->nodes.n; i++) {
		if (tunnel->nodes.items[i].family != family)
			continue;
		if (!*before)
			fprintf(out, "add element inet ward %s {", name);
		fprintf(out, "%s %s", before, ward_ip_str(tunnel->nodes.items[i], ip));
		before = ",";
	}
	if (*before)
		fputs(" }\n", out);
}

int ward_tunnel_follow(struct ward_tunnel *tunnel, const struct ward_tables *tables,
		       const struct ward_delta *delta)
{
	_cleanup_free_ char *commands = NULL;
	size_t size;
	FILE *out;

	if (!tunnel->port || (tunnel->knows && !concerns_nodes(tables, delta)))
		return 0;
	if (!nodes_find(tunnel, tables) && tunnel->knows)
		return 0;
	out = open_memstream(&commands, &size);
	set_write(out, tunnel, "nodes4", WARD_FAMILY_4);
	set_write(out, tunnel, "nodes6", WARD_FAMILY_6);
	fclose(out);
	tunnel->knows = nft_run_cmd_from_buffer(tunnel->nft, commands) == 0;
	return tunnel->knows ? 0 : -EIO;
}
