/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/load.h"
#include "cli/cluster.h"
#include "cli/port.h"
#include "kube/pod.h"
#include "report/verdict.h"

static const struct ward_pod *member_pod(const struct ward_cluster *cluster,
					 const struct ward_member *member)
{
	const struct ward_tables *tables = ward_engine_tables(cluster->engine);
	const struct ward_object *object;

	if (member->endpoint == WARD_NONE)
		return NULL;
	object = &tables->endpoints[member->endpoint].object;
	return (const struct ward_pod *)ward_snapshot_find(&cluster->snapshot, object->kind,
							   object->ns, object->name);
}

/* Names those that there are. */
static int no_port(struct ward_cli *cli, const struct ward_cluster *cluster, const char *name,
		   const struct ward_question *question)
{
	_cleanup_(ward_intern_done) struct ward_intern ports = {};
	_cleanup_free_ char *list = ward_strdup("");

	for (uint32_t i = 0; i < question->to->members.n; i++) {
		const struct ward_pod *pod = member_pod(cluster, &question->to->members.items[i]);

		for (uint32_t p = 0; pod && p < pod->n_ports; p++) {
			_cleanup_free_ char *text =
				ward_format("%s (%u/%s)",
					    ward_symbol_str(&cluster->symbols, pod->ports[p].name),
					    pod->ports[p].number,
					    ward_proto_str(pod->ports[p].proto));

			if (pod->ports[p].name != WARD_NONE)
				ward_intern(&ports, text, strlen(text) + 1);
		}
	}
	for (uint32_t i = 0; i < ports.n; i++) {
		char *more = ward_format("%s%s%s", list, i ? ", " : "; it has ",
					 (const char *)ward_intern_bytes(&ports, i, NULL));

		free(list);
		list = more;
	}
	return ward_cli_error(cli, "%s has no port called \"%s\"%s", question->to->text, name,
			      list);
}

/* What a port name stands for at the destination.  All pods must mean the same. */
static int port_by_name(struct ward_cli *cli, const struct ward_cluster *cluster, const char *name,
			bool any_proto, struct ward_question *question)
{
	ward_sym sym = ward_symbol_find(&cluster->symbols, name);
	bool found = false;

	for (uint32_t i = 0; i < question->to->members.n; i++) {
		const struct ward_pod *pod = member_pod(cluster, &question->to->members.items[i]);

		for (uint32_t p = 0; pod && sym != WARD_NONE && p < pod->n_ports; p++) {
			const struct ward_container_port *port = &pod->ports[p];

			if (port->name != sym || (!any_proto && port->proto != question->proto))
				continue;
			if (found &&
			    (port->number != question->port || port->proto != question->proto))
				return ward_cli_error(
					cli, "port \"%s\" means several ports at %s: give a number",
					name, question->to->text);
			question->port = port->number;
			question->proto = port->proto;
			any_proto = true;
			found = true;
		}
	}
	return found ? 0 : no_port(cli, cluster, name, question);
}

static int port_parse(struct ward_cli *cli, const struct ward_cluster *cluster, const char *text,
		      struct ward_question *question)
{
	struct ward_port_word word;
	int code = 0;

	if (ward_port_parse(cli, text, &word))
		return WARD_EXIT_ERROR;
	question->proto = word.proto;
	question->port = word.number;
	if (word.name)
		code = port_by_name(cli, cluster, word.name, word.any_proto, question);
	free(word.name);
	return code;
}

static int service_send(struct ward_cli *cli, const struct ward_cluster *cluster,
			struct ward_who *to, const struct ward_service_port *port,
			struct ward_question *question)
{
	_cleanup_free_ char *why = NULL;

	if (ward_who_send(cluster->engine, &cluster->snapshot, to, port, &why) < 0)
		return ward_cli_error(cli, "%s", why);
	question->any_port = false;
	question->proto = port->proto;
	question->port = port->port;
	return 0;
}

/* The port of a Service, by number or name; without one, its only one.  Behind a headless Service
 * a number is one of the pods' own (A11.5). */
static int service_port(struct ward_cli *cli, const struct ward_cluster *cluster, const char *text,
			struct ward_who *to, struct ward_question *question)
{
	const struct ward_service *service = to->service;
	_cleanup_free_ char *has = ward_service_ports_text(&cluster->snapshot, service);
	const char *slash = text ? strchr(text, '/') : NULL;
	ward_sym name = text ? ward_symbol_find(&cluster->symbols, text) : WARD_NONE;

	if (text && isdigit((unsigned char)*text)) {
		if (port_parse(cli, cluster, text, question))
			return WARD_EXIT_ERROR;
		if (service->headless)
			return 0;
	} else if (text && ward_port_proto(text) < WARD_N_PROTO) {
		return ward_cli_error(cli,
				      "a Service has ports, and \"%s\" has none: ask for its "
				      "pods",
				      text);
	} else if (!text && service->headless) {
		return 0;
	}
	for (uint32_t i = 0; i < service->n_ports; i++) {
		const struct ward_service_port *port = &service->ports[i];

		if (!text ? service->n_ports == 1
			  : (name != WARD_NONE && port->name == name) ||
				    (question->port == port->port &&
				     question->proto == port->proto))
			return service_send(cli, cluster, to, port, question);
	}
	if (!text)
		return ward_cli_error(cli, "%s: say which", has);
	return ward_cli_error(cli, "%s, and no port \"%s\"%s", has, text, slash ? "" : " over TCP");
}

static int find(struct ward_cli *cli, const struct ward_cluster *cluster, const char *text,
		struct ward_who *ret_who)
{
	_cleanup_free_ char *why = NULL;
	ward_sym ns;

	if (ward_cluster_namespace(cli, cluster, &ns))
		return WARD_EXIT_ERROR;
	if (ward_who_find(cluster->engine, &cluster->snapshot, ns, text, ret_who, &why) < 0)
		return ward_cli_error(cli, "%s", why);
	return 0;
}

/* The question as it was put, about one engine. */
struct asking {
	struct ward_who from, to;
	struct ward_question question;
};

static void asking_done(struct asking *asking)
{
	ward_who_done(&asking->from);
	ward_who_done(&asking->to);
}

static int ask_port(struct ward_cli *cli, const struct ward_cluster *cluster, struct asking *asking)
{
	const char *const *words = cli->args.words.list.items;
	struct ward_question *question = &asking->question;

	if (asking->from.service)
		return ward_cli_error(cli, "%s takes connections and makes none: name its pods",
				      words[0]);
	if (asking->to.service)
		return service_port(cli, cluster, question->any_port ? NULL : words[2], &asking->to,
				    question);
	return question->any_port ? 0 : port_parse(cli, cluster, words[2], question);
}

static int ask(struct ward_cli *cli, const struct ward_cluster *cluster, struct asking *asking)
{
	const char *const *words = cli->args.words.list.items;
	struct ward_question *question = &asking->question;

	*question = (struct ward_question){
		.engine = cluster->engine,
		.snapshot = &cluster->snapshot,
		.from = &asking->from,
		.to = &asking->to,
		.any = cli->args.any,
		.deny = cli->args.deny,
		.any_port = cli->args.words.list.n == 2,
	};
	if (find(cli, cluster, words[0], &asking->from) ||
	    find(cli, cluster, words[1], &asking->to) || ask_port(cli, cluster, asking))
		return WARD_EXIT_ERROR;
	if (question->deny && question->any_port)
		return ward_cli_error(cli, "--deny needs a PORT: what to deny it on");
	return 0;
}

static int no_family(struct ward_cli *cli, const struct ward_question *question)
{
	return ward_cli_error(cli, "%s and %s have no address family in common",
			      question->from->text, question->to->text);
}

/* Asks the same again, as if what is staged were enforced. */
static int rehearse(struct ward_cli *cli, struct ward_cluster *cluster, struct ward_answer *result)
{
	struct ward_engine *enforced = cluster->engine;
	struct asking asking = {};
	struct ward_answer staged;
	int code;

	if (cli->args.staged || !ward_snapshot_has_staged(&cluster->snapshot))
		return 0;
	cluster->engine = ward_engine_load_staged(&cluster->snapshot, WARD_NONE);
	code = ask(cli, cluster, &asking);
	asking.question.brief = true;
	if (!code && ward_explain(&asking.question, &staged) < 0)
		code = no_family(cli, &asking.question);
	if (!code) {
		result->is_rehearsed = true;
		result->rehearsed_yes = ward_report_verdict_is_yes(&asking.question, &staged);
		ward_answer_done(&staged);
	}
	asking_done(&asking);
	ward_engine_free(cluster->engine);
	cluster->engine = enforced;
	return code;
}

static int answer(struct ward_cli *cli, struct ward_cluster *cluster,
		  const struct ward_question *question)
{
	struct ward_answer result;
	bool yes;

	if (ward_explain(question, &result) < 0)
		return no_family(cli, question);
	if (rehearse(cli, cluster, &result)) {
		ward_answer_done(&result);
		return WARD_EXIT_ERROR;
	}
	if (cli->args.output && strcmp(cli->args.output, "json") == 0)
		ward_report_verdict_json(question, &result, stdout);
	else
		ward_report_verdict_text(question, &result, &cluster->sources, &cli->out);
	yes = ward_report_verdict_is_yes(question, &result);
	ward_answer_done(&result);
	return yes ? WARD_EXIT_OK : WARD_EXIT_NO;
}

static int can_ask(struct ward_cli *cli, struct ward_cluster *cluster)
{
	struct asking asking = {};
	int code;

	if (!ward_engine_tables(cluster->engine)->n_endpoints)
		return ward_cli_error(cli, "nobody to judge: the input has no workloads");
	code = ask(cli, cluster, &asking);
	if (!code)
		code = answer(cli, cluster, &asking.question);
	asking_done(&asking);
	return code;
}

static int can_run(struct ward_cli *cli)
{
	struct ward_cluster cluster;
	int code;

	if (ward_cluster_open(cli, &cluster))
		return WARD_EXIT_ERROR;
	code = can_ask(cli, &cluster);
	ward_cluster_done(&cluster);
	return code;
}

static const struct ward_option can_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("of names without one, and of objects without one"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("text|json"),
	WARD_OPTION("any", 0, SWITCH, any, NULL, NULL,
		    "yes if any of several may; without it, if all may"),
	WARD_OPTION("deny", 0, SWITCH, deny, NULL, NULL,
		    "say what would deny it, where it is allowed"),
	WARD_OPTION_STAGED("as if what is staged were enforced"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_can = {
	.name = "can",
	.arguments = "FROM TO [PORT[/PROTO]]",
	.summary = "may this connection be made, and which lines decide it",
	.about =
		"FROM and TO are one of\n"
		"  NAME, NS/NAME, KIND/NAME    a pod or a workload\n"
		"  group:NAME, group:ENV/NAME  the members of a user group, or those in an\n"
		"                              environment\n"
		"  IP, CIDR, world             addresses; world is all that are outside\n"
		"  node:NAME                   a node\n"
		"  svc/NAME, NS/svc/NAME       as TO, the pods behind a Service, on its PORT\n"
		"PORT is a number or the name of a container port; PROTO is tcp (when absent),\n"
		"udp or sctp; icmp stands alone.  Without PORT the answer is what is open at all.\n"
		"\n"
		"When FROM or TO mean several, the exit code answers \"may all of them connect?\"\n"
		"With --any it answers \"may any of them?\": no, and only then exit code 1, says\n"
		"that they are kept apart.\n"
		"\n"
		"A no comes with what would allow it.  With --deny, a yes on a PORT comes with\n"
		"what would deny it: all the rules that have to go, at the end where they are\n"
		"fewer.\n",
	.examples = "  ward can web db 5432 -f manifests/\n"
		    "  ward can web svc/posts 80 -f manifests/\n"
		    "  ward can shop/web world 443 -f manifests/\n"
		    "  ward can group:frontend group:db -f manifests/\n"
		    "  ward can --any group:frontend group:db -f manifests/  are they kept apart?\n"
		    "  ward can 10.1.2.3 deploy/web http -n shop -f manifests/ -o json\n",
	.exits = "0 yes, 1 no (of several: not all; with --any: none), 2 error",
	.min_words = 2,
	.max_words = 3,
	.options = can_options,
	.run = can_run,
};
