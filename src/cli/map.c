/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cluster.h"
#include "cli/command.h"
#include "report/map.h"
#include "report/svg.h"

/* What the map does not say. */
static void print_caveats(const struct ward_map *map, const struct ward_text *text)
{
	if (map->undetermined)
		fputs("pods without addresses are taken to be in no ipBlock\n", text->out);
	for (uint32_t i = 0; i < map->n_skipped && i < 3; i++)
		ward_text_printf(text->out, "%s%s %s",
				 i ? ", " : "not on the map: ", map->skipped[i].id,
				 map->skipped[i].why);
	if (map->n_skipped > 3)
		fprintf(text->out, ", and %u more", map->n_skipped - 3);
	if (map->n_skipped)
		fputc('\n', text->out);
}

/* What could not be written is seen at the end. */
static void write_svg(const struct ward_map *map, FILE *out)
{
	ward_report_svg(map, out);
}

/* All but the table, which has to know the terminal. */
static const struct {
	const char *name;
	void (*write)(const struct ward_map *map, FILE *out);
} forms[] = {
	{"list", ward_report_map_list}, {"json", ward_report_map_json},
	{"csv", ward_report_map_csv},	{"md", ward_report_map_markdown},
	{"dot", ward_report_map_dot},	{"svg", write_svg},
	{"html", ward_report_map_html},
};

static void print_map(const struct ward_cli *cli, const struct ward_map *map)
{
	const char *name = cli->args.output ? cli->args.output : "table";

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(forms); i++)
		if (strcmp(forms[i].name, name) == 0)
			return forms[i].write(map, stdout);
	if (map->n_places)
		ward_report_map_table(map, &cli->out);
}

/* Why is the map empty? */
static void print_nobody(const struct ward_cli *cli)
{
	if (cli->args.ns && !cli->args.all_namespaces)
		ward_text_printf(stderr, "nobody to judge: no workload in namespace %s",
				 cli->args.ns);
	else
		fputs("nobody to judge: the input has no workloads", stderr);
	fputc('\n', stderr);
}

static int too_large(const struct ward_cli *cli)
{
	return ward_cli_error(cli,
			      "more than %u connections are allowed, too many to list: ask for "
			      "one namespace with -n, or for one pair with `ward can`",
			      WARD_MAP_LINKS_MAX);
}

static int print_all(const struct ward_cli *cli, const struct ward_map *map)
{
	print_caveats(map, &cli->err);
	if (!map->n_places)
		print_nobody(cli);
	print_map(cli, map);
	return WARD_EXIT_OK;
}

static int map_run(struct ward_cli *cli)
{
	struct ward_map_options options = {.pods = cli->args.pods};
	struct ward_cluster cluster;
	struct ward_map map;
	ward_sym ns;
	int code;

	if (ward_cluster_open(cli, &cluster))
		return WARD_EXIT_ERROR;
	if (ward_cluster_namespace(cli, &cluster, &ns)) {
		ward_cluster_done(&cluster);
		return WARD_EXIT_ERROR;
	}
	if (ns != WARD_NONE)
		options.ns = ns;
	ward_map_build(cluster.engine, &cluster.snapshot, &options, &map);
	code = map.too_large ? too_large(cli) : print_all(cli, &map);
	ward_map_done(&map);
	ward_cluster_done(&cluster);
	return code;
}

static const struct ward_option map_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("only this namespace; objects without one are in it"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("table|list|json|csv|md|dot|svg|html"),
	WARD_OPTION("pods", 0, SWITCH, pods, NULL, NULL, "every pod instead of every workload"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_map = {
	.name = "map",
	.summary = "who may talk to whom",
	.about = "Lists every ordered pair of workloads with anything allowed between them, and\n"
		 "the external addresses that may be reached or may reach in.  A workload stands\n"
		 "for its pods.  Pods that policies treat differently are listed one by one.\n",
	.examples = "  ward map -f manifests/\n"
		    "  helm template . | ward map -f -\n"
		    "  kubectl get ns,pods,netpol -A -o json | ward map -f - -o json\n"
		    "  ward map -f manifests/ -o svg > map.svg\n",
	.exits = "0; 2 error",
	.options = map_options,
	.run = map_run,
};
