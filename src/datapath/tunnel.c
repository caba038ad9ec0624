// SPDX-License-Identifier: Apache-2.0
#include "datapath/tunnel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <nftables/libnftables.h>

#include "base/alloc.h"
#include "datapath/nft.h"

/* What is in the sets stays there. */
static void door_write(FILE *out, const char *table, uint16_t port)
{
	fprintf(out, "add set inet %s nodes4 { type ipv4_addr; }\n", table);
	fprintf(out, "add set inet %s nodes6 { type ipv6_addr; }\n", table);
	fprintf(out, "add chain inet %s tunnel { type filter hook input priority -10; }\n", table);
	fprintf(out, "flush chain inet %s tunnel\n", table);
	fprintf(out, "add rule inet %s tunnel udp dport %u ip saddr != @nodes4 drop\n", table,
		port);
	fprintf(out, "add rule inet %s tunnel udp dport %u ip6 saddr != @nodes6 drop\n", table,
		port);
	fprintf(out, "add chain inet %s tunnel-by { type filter hook forward priority -10; }\n",
		table);
	fprintf(out, "flush chain inet %s tunnel-by\n", table);
	fprintf(out, "add rule inet %s tunnel-by udp dport %u ip daddr @nodes4 drop\n", table,
		port);
	fprintf(out, "add rule inet %s tunnel-by udp dport %u ip6 daddr @nodes6 drop\n", table,
		port);
}

/* Takes away what a process before this has left, which had a tunnel. */
static void door_remove(FILE *out, const char *table)
{
	static const char *const chains[] = {"tunnel", "tunnel-by"};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(chains); i++)
		fprintf(out, "add chain inet %s %s\ndelete chain inet %s %s\n", table, chains[i],
			table, chains[i]);
}

/* As one transaction. */
static int run(const struct ward_tunnel *tunnel, const char *commands)
{
	return nft_run_cmd_from_buffer(tunnel->nft, commands) == 0 ? 0 : -EIO;
}

static char *opening(const struct ward_tunnel *tunnel)
{
	char *commands;
	size_t size;
	FILE *out = open_memstream(&commands, &size);

	if (tunnel->port)
		door_write(out, tunnel->lasts ? WARD_TABLE_LASTS : WARD_TABLE, tunnel->port);
	else if (tunnel->lasts)
		door_remove(out, WARD_TABLE_LASTS);
	fclose(out);
	return commands;
}

int ward_tunnel_open(struct ward_tunnel *tunnel, struct nft_ctx *nft, bool lasts, uint16_t port,
		     char **ret_why)
{
	_cleanup_free_ char *commands = NULL;
	const char *error;
	int r;

	*tunnel = (struct ward_tunnel){.nft = nft, .lasts = lasts, .port = port};
	commands = opening(tunnel);
	r = run(tunnel, commands);
	if (r == 0)
		return 0;
	error = nft_ctx_get_error_buffer(nft);
	*ret_why = ward_format("cannot guard the tunnel between nodes with nftables: %.*s",
			       (int)strcspn(error, "\n"), error);
	return r;
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

static void set_write(FILE *out, const struct ward_tunnel *tunnel, const char *table,
		      enum ward_family family)
{
	const char *set = family == WARD_FAMILY_4 ? "nodes4" : "nodes6", *before = "";
	char ip[WARD_IP_TEXT];

	fprintf(out, "flush set inet %s %s\n", table, set);
	for (uint32_t i = 0; i < tunnel->nodes.n; i++) {
		if (tunnel->nodes.items[i].family != family)
			continue;
		if (!*before)
			fprintf(out, "add element inet %s %s {", table, set);
		fprintf(out, "%s %s", before, ward_ip_str(tunnel->nodes.items[i], ip));
		before = ",";
	}
	if (*before)
		fputs(" }\n", out);
}

/* All of it, since others can take away what lasts. */
static void table_write(FILE *out, const struct ward_tunnel *tunnel, const char *table)
{
	door_write(out, table, tunnel->port);
	set_write(out, tunnel, table, WARD_FAMILY_4);
	set_write(out, tunnel, table, WARD_FAMILY_6);
}

int ward_tunnel_follow(struct ward_tunnel *tunnel, const struct ward_tables *tables,
		       const struct ward_delta *delta)
{
	_cleanup_free_ char *commands = NULL;
	size_t size;
	FILE *out;
	int r;

	if (!tunnel->port || (tunnel->knows && !concerns_nodes(tables, delta)))
		return 0;
	if (!nodes_find(tunnel, tables) && tunnel->knows)
		return 0;
	out = open_memstream(&commands, &size);
	table_write(out, tunnel, WARD_TABLE);
	if (tunnel->lasts) {
		fputs("add table inet " WARD_TABLE_LASTS "\n", out);
		table_write(out, tunnel, WARD_TABLE_LASTS);
	}
	fclose(out);
	r = run(tunnel, commands);
	tunnel->knows = r == 0;
	return r;
}
