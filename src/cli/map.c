/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "analysis/who.h"
#include "base/bits.h"
#include "cli/cluster.h"
#include "cli/port.h"
#include "report/exposure.h"
#include "report/map.h"
#include "report/svg.h"

/* "shop/web" of "shop/web[Pod]". */
static void print_id(const struct ward_text *text, const char *before, const char *id)
{
	ward_text_printf(text->out, "%s%.*s", before, (int)strcspn(id, "["), id);
}

/* Pods of one workload stand side by side, unless another's name is between theirs. */
static void print_replicas(const struct ward_map *map, const struct ward_text *text)
{
	const char *before = NULL;

	for (uint32_t i = 0; i < map->n_places; i++) {
		const char *workload = map->places[i].differs;

		if (workload && (!before || strcmp(before, workload) != 0)) {
			fputs(before ? "\n" : "", text->out);
			ward_text_printf(text->out, "pods of %s are not treated alike", workload);
		}
		if (workload)
			print_id(text, before && strcmp(before, workload) == 0 ? ", " : ": ",
				 map->places[i].id);
		before = workload ? workload : before;
	}
	if (before)
		fputc('\n', text->out);
}

/* What the map does not say. */
static void print_caveats(const struct ward_map *map, const struct ward_text *text)
{
	if (map->undetermined)
		fputs("pods without addresses are taken to be in no ipBlock\n", text->out);
	print_replicas(map, text);
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

/* The endpoints of one --focus, by the naming of `ward can`. */
static int focus_add(const struct ward_cli *cli, const struct ward_cluster *cluster, ward_sym ns,
		     const char *text, struct ward_bits *focus)
{
	const struct ward_tables *tables = ward_engine_tables(cluster->engine);
	_cleanup_(ward_who_done) struct ward_who who = {};
	_cleanup_free_ char *why = NULL;
	bool managed = false;

	if (ward_who_find(cluster->engine, &cluster->snapshot, ns, text, &who, &why) < 0)
		return ward_cli_error(cli, "%s", why);
	for (uint32_t i = 0; i < who.members.n; i++) {
		const struct ward_member *member = &who.members.items[i];
		uint32_t endpoint =
			member->endpoint == WARD_NONE ? member->end.endpoint : member->endpoint;

		if (endpoint == WARD_NONE || !tables->endpoints[endpoint].managed)
			continue;
		ward_bits_add(focus, endpoint);
		managed = true;
	}
	if (managed)
		return 0;
	return ward_cli_error(cli, "--focus: \"%s\" is no pod that policies see: name a workload",
			      text);
}

static int options_read(const struct ward_cli *cli, const struct ward_cluster *cluster,
			struct ward_bits *focus, struct ward_map_options *options)
{
	ward_sym ns;

	if (ward_cluster_namespace(cli, cluster, &ns))
		return WARD_EXIT_ERROR;
	if (ns != WARD_NONE)
		options->ns = ns;
	for (uint32_t i = 0; i < cli->args.focus.list.n; i++)
		if (focus_add(cli, cluster, ns, cli->args.focus.list.items[i], focus))
			return WARD_EXIT_ERROR;
	if (cli->args.focus.list.n)
		options->focus = focus;
	return 0;
}

/* The set of the one port asked about. */
static int port_read(const struct ward_cli *cli, struct ward_port_range *range,
		     struct ward_port_set *set)
{
	struct ward_port_word word;

	if (ward_port_parse(cli, cli->args.port, &word))
		return WARD_EXIT_ERROR;
	if (word.name) {
		free(word.name);
		return ward_cli_error(
			cli, "--port: \"%s\" may be another port at each pod: give a number",
			cli->args.port);
	}
	*range = (struct ward_port_range){word.proto, word.number, word.number};
	*set = (struct ward_port_set){
		.other = word.proto == WARD_OTHER,
		.n = word.proto != WARD_OTHER,
		.ranges = range,
	};
	return 0;
}

/* The forms of an exposure but the table. */
static const struct {
	const char *name;
	void (*write)(const struct ward_exposure *exposure, FILE *out);
} exposure_forms[] = {
	{"list", ward_report_exposure_list},
	{"json", ward_report_exposure_json},
	{"md", ward_report_exposure_markdown},
};

static int exposure_form_check(const struct ward_cli *cli)
{
	const char *name = cli->args.output ? cli->args.output : "table";

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(exposure_forms); i++)
		if (strcmp(exposure_forms[i].name, name) == 0)
			return 0;
	if (strcmp(name, "table") == 0)
		return 0;
	return ward_cli_error(cli, "--exposure is written as table, list, json or md, not as %s",
			      name);
}

static void exposure_caveats(const struct ward_exposure *exposure, FILE *out)
{
	if (exposure->has_blocks)
		fputs("pods that could come are taken to be in no ipBlock\n", out);
	for (uint32_t i = 0; i < exposure->n; i++)
		if (!exposure->list[i].complete) {
			ward_text_printf(out,
					 "%s may be open to more: too many combinations of labels",
					 exposure->map->places[exposure->list[i].place].id);
			fputc('\n', out);
		}
}

static void exposure_print(const struct ward_cli *cli, const struct ward_cluster *cluster,
			   const struct ward_map *map, const struct ward_port_set *only)
{
	const char *name = cli->args.output ? cli->args.output : "table";
	struct ward_exposure exposure;
	bool written = false;

	ward_exposure_build(cluster->engine, &cluster->snapshot, map, only, &exposure);
	exposure_caveats(&exposure, cli->err.out);
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(exposure_forms); i++)
		if (strcmp(exposure_forms[i].name, name) == 0) {
			exposure_forms[i].write(&exposure, stdout);
			written = true;
		}
	if (!written && exposure.n)
		ward_report_exposure_table(&exposure, &cli->out);
	ward_exposure_done(&exposure);
}

static int print_all(const struct ward_cli *cli, const struct ward_cluster *cluster,
		     const struct ward_map *map, const struct ward_port_set *only)
{
	print_caveats(map, &cli->err);
	if (!map->n_places)
		print_nobody(cli);
	if (cli->args.exposure)
		exposure_print(cli, cluster, map, only);
	else
		print_map(cli, map);
	return WARD_EXIT_OK;
}

static int map_print(const struct ward_cli *cli, const struct ward_cluster *cluster,
		     const struct ward_map_options *options)
{
	struct ward_map map;
	int code;

	ward_map_build(cluster->engine, &cluster->snapshot, options, &map);
	code = map.too_large ? too_large(cli) : print_all(cli, cluster, &map, options->only);
	ward_map_done(&map);
	return code;
}

static int map_run(struct ward_cli *cli)
{
	struct ward_map_options options = {.pods = cli->args.pods};
	struct ward_bits focus = {};
	struct ward_port_range range;
	struct ward_port_set only;
	struct ward_cluster cluster;
	int code;

	if (cli->args.exposure && exposure_form_check(cli))
		return WARD_EXIT_ERROR;
	if (cli->args.port && port_read(cli, &range, &only))
		return WARD_EXIT_ERROR;
	if (ward_cluster_open(cli, &cluster))
		return WARD_EXIT_ERROR;
	options.only = cli->args.port ? &only : NULL;
	code = options_read(cli, &cluster, &focus, &options);
	if (!code)
		code = map_print(cli, &cluster, &options);
	ward_bits_done(&focus);
	ward_cluster_done(&cluster);
	return code;
}

static const struct ward_option map_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("only this namespace; objects without one are in it"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("table|list|json|csv|md|dot|svg|html"),
	WARD_OPTION("pods", 0, SWITCH, pods, NULL, NULL, "every pod instead of every workload"),
	WARD_OPTION("exposure", 0, SWITCH, exposure, NULL, NULL,
		    "instead: who could come that it is open to"),
	WARD_OPTION("focus", 0, TEXTS, focus, "WORKLOAD", NULL,
		    "only its pairs, named as for \"can\"; may be repeated"),
	WARD_OPTION("port", 0, TEXT, port, "PORT[/PROTO]", NULL,
		    "only what is open on this port; icmp stands alone"),
	WARD_OPTION_STAGED("as if what is staged were enforced"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_map = {
	.name = "map",
	.summary = "who may talk to whom",
	.about =
		"Lists every ordered pair of workloads with anything allowed between them, and\n"
		"the external addresses that may be reached or may reach in.  A workload stands\n"
		"for its pods.  Pods that policies treat differently are listed one by one.\n"
		"With --focus only the pairs that touch one of these workloads.\n"
		"\n"
		"With --exposure instead what each workload is open to beyond those that are\n"
		"there: pods that could come, as the rules speak of them, and addresses outside.\n",
	.examples = "  ward map -f manifests/\n"
		    "  helm template . | ward map -f -\n"
		    "  kubectl get ns,pods,netpol -A -o json | ward map -f - -o json\n"
		    "  ward map -f manifests/ --focus shop/db --port 5432\n"
		    "  ward map -f manifests/ --exposure --focus shop/db\n"
		    "  ward map -f manifests/ -o svg > map.svg\n",
	.exits = "0; 2 error",
	.options = map_options,
	.run = map_run,
};
