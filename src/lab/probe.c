/* SPDX-License-Identifier: Apache-2.0 */
/* probe: every ordered pair of pods, and of a pod and the world, every port that the destination
 * serves, and ICMP, over both families, each against what the engine says.  The world is tried at
 * the addresses that stand for all.  Then all ways through Services.  scan: from one pod to all
 * others, over IPv4, with no expectation. */
#include <string.h>

#include "lab/control.h"
#include "lab/outside.h"
#include "lab/print.h"

/* What goes on after the request's call. */
struct probing {
	struct lab_request *request;
	struct lab_prober *prober;     /* NULL: it is done */
	struct lab_tour *tour;	       /* behind it, through Services */
	const struct lab_pod *scanner; /* scan: from whom */
	uint64_t begin_ns;
	struct lab_outsiders outsiders; /* probe: which of the world */
	WARD_VEC(struct lab_attempt) attempts;
};

static void attempt_add(struct probing *probing, const struct lab_attempt *pair,
			enum ward_proto proto, uint16_t port)
{
	const struct lab *lab = probing->request->lab;
	struct lab_attempt attempt = *pair;
	bool open;

	attempt.proto = proto;
	attempt.port = port;
	attempt.expected = LAB_UNKNOWN;
	if (!probing->scanner) {
		open = attempt.outside.family ? lab_judge_outside(lab, attempt.from, attempt.to,
								  attempt.outside, proto, port)
					      : lab_judge(lab, attempt.from, attempt.to,
							  attempt.family, proto, port);
		attempt.expected = open ? LAB_OPEN : LAB_CLOSED;
	}
	ward_vec_push(&probing->attempts, attempt);
}

static void attempts_of_pair(struct probing *probing, const struct lab_attempt *pair)
{
	for (uint32_t i = 0; i < pair->to->servers.n; i++) {
		const struct lab_server *server = pair->to->servers.items[i];

		if (server->fd >= 0)
			attempt_add(probing, pair, server->proto, server->port);
	}
	if (!probing->scanner)
		attempt_add(probing, pair, WARD_OTHER, 0);
}

/* One to one, by every address of the world if one of them is it. */
static void attempts_of_outside(struct probing *probing, struct lab_attempt pair)
{
	for (uint32_t i = 0; i < probing->outsiders.list.n; i++) {
		pair.outside = probing->outsiders.list.items[i];
		pair.family = pair.outside.family - WARD_FAMILY_4;
		attempts_of_pair(probing, &pair);
	}
}

static void attempts_from(struct probing *probing, const struct lab_pod *from)
{
	const struct lab *lab = probing->request->lab;
	uint32_t n_families = probing->scanner ? 1 : lab->n_families;

	for (uint32_t i = 0; i < lab->pods.n; i++) {
		struct lab_attempt pair = {.from = from, .to = lab->pods.items[i]};

		for (; pair.from != pair.to && pair.family < n_families; pair.family++)
			attempts_of_pair(probing, &pair);
	}
	attempts_of_outside(probing, (struct lab_attempt){.from = from, .to = lab->outside});
}

static void attempts_plan(struct probing *probing)
{
	const struct lab *lab = probing->request->lab;

	if (probing->scanner) {
		attempts_from(probing, probing->scanner);
		return;
	}
	lab_outsiders_find(lab, &probing->outsiders);
	for (uint32_t i = 0; i < lab->pods.n; i++)
		attempts_from(probing, lab->pods.items[i]);
	for (uint32_t i = 0; i < lab->pods.n; i++)
		attempts_of_outside(probing, (struct lab_attempt){.from = lab->outside,
								  .to = lab->pods.items[i]});
}

static void probing_free(struct probing *probing)
{
	if (probing->tour)
		lab_tour_done(probing->tour);
	lab_outsiders_done(&probing->outsiders);
	ward_vec_done(&probing->attempts);
	free(probing);
}

bool lab_attempt_is_wrong(const struct lab_attempt *attempt)
{
	return attempt->expected != LAB_UNKNOWN &&
	       attempt->answered != (attempt->expected == LAB_OPEN);
}

static void report_count(struct lab_report *report)
{
	bool pair_is_wrong = false;

	for (uint32_t i = 0; i < report->n; i++) {
		const struct lab_attempt *attempt = &report->attempts[i], *next = attempt + 1;
		bool wrong = lab_attempt_is_wrong(attempt);

		report->n_wrong += wrong;
		pair_is_wrong |= wrong;
		if (i + 1 < report->n && next->from == attempt->from && next->to == attempt->to)
			continue;
		report->n_pairs++;
		report->n_agree += !pair_is_wrong;
		pair_is_wrong = false;
	}
}

static void probing_end(void *userdata)
{
	struct probing *probing = userdata;
	struct lab_request *request = probing->request;
	struct lab_report report = {
		.lab = request->lab,
		.attempts = probing->attempts.items,
		.n = probing->attempts.n,
		.n_outsiders = probing->outsiders.list.n,
		.n_left_out = probing->outsiders.n_left_out,
		.seconds = (lab_now_ns() - probing->begin_ns) / 1e9,
	};
	int code;

	report_count(&report);
	if (probing->tour)
		lab_tour_report(probing->tour, &report.tour);
	code = report.n_wrong || report.tour.astray.n ? WARD_LAB_MISMATCH : 0;
	lab_answer_text(request);
	if (probing->scanner)
		lab_print_scan(&report, probing->scanner, request->format, &request->text);
	else
		lab_print_probe(&report, request->format, &request->text);
	ward_vec_done(&report.tour.astray);
	probing_free(probing);
	lab_answer_done(request, code);
}

static void probing_fail(struct probing *probing)
{
	struct lab_request *request = probing->request;

	probing_free(probing);
	lab_answer_error(request, "too many open files to send packets: raise the limit of open "
				  "files (ulimit -n) and start the lab again");
}

static void probing_done(void *userdata)
{
	struct probing *probing = userdata;
	struct lab *lab = probing->request->lab;

	probing->prober = NULL;
	if (probing->scanner) {
		probing_end(probing);
		return;
	}
	probing->tour = lab_tour_start(lab, &probing->outsiders, probing_end, probing);
	if (!probing->tour)
		probing_fail(probing);
}

static void probing_gone(struct lab_request *request)
{
	struct probing *probing = request->operation;

	if (probing->prober)
		lab_prober_cancel(probing->prober);
	probing_free(probing);
	lab_answer_done(request, 0);
}

static void probing_start(struct lab_request *request, const struct lab_pod *scanner)
{
	struct probing *probing = ward_new(struct probing);

	probing->request = request;
	probing->scanner = scanner;
	probing->begin_ns = lab_now_ns();
	attempts_plan(probing);
	probing->prober = lab_prober_start(request->lab, probing->attempts.items,
					   probing->attempts.n, probing_done, probing);
	if (!probing->prober) {
		probing_fail(probing);
		return;
	}
	request->operation = probing;
	request->gone = probing_gone;
}

void lab_op_probe(struct lab_request *request)
{
	probing_start(request, NULL);
}

void lab_op_scan(struct lab_request *request)
{
	const char *name = ward_node_get_str(request->root, "pod");
	const struct lab_pod *pod = name ? lab_resolve_one(request, name) : NULL;

	if (!name)
		lab_answer_error(request, "scan needs a pod to start from");
	else if (pod)
		probing_start(request, pod);
}
