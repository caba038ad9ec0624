/* SPDX-License-Identifier: Apache-2.0 */
/* Which backend a connection gets is chance, and where the choice is refused nobody says which it
 * was.  So a way is tried several times, in rounds, until everybody who may be reached on it has
 * said his name.  Then
 *	- whoever answered must be a backend that may be reached;
 *	- where all backends may be reached, every try must have been answered;
 *	- everybody who may be reached must have answered, in ROUNDS_MAX rounds.
 * With six tries a backend, one that is open by mistake goes unmet once in four hundred times, and
 *is met the next time.  One that is open and goes unmet in all rounds is closed: that by chance
 *none of forty connections each gets there is beyond what can happen. */
#include "lab/tour.h"

#include <unistd.h>

#include "lab/asker.h"

enum {
	TRIES_OPEN = 2,	  /* a backend and round, where all may be reached */
	TRIES_CLOSED = 6, /* where some may not */
	ROUNDS_MAX = 20,
	OUTSIDERS_MAX = 8, /* that try node ports, of each family */
	ENTRIES_MAX = 4,   /* nodes that each of them tries */
};

struct lab_tour {
	struct lab *lab;
	struct lab_asker *asker;
	uint32_t round, n_left_out;
	WARD_VEC(struct lab_stage) stages;
	WARD_VEC(struct lab_question) questions; /* of this round, each tagged with its stage */
	lab_toured_fn fn;
	void *userdata;
};

/* Who speaks where a backend is, unless the port is closed: NULL.  On the network of a node it may
 * be another pod. */
static const struct lab_pod *speaker_at(const struct lab *lab, const struct lab_way *way,
					const struct lab_backend *backend)
{
	for (uint32_t i = 0; i < lab->pods.n; i++) {
		const struct lab_pod *pod = lab->pods.items[i];

		if (!ward_ip_eq(pod->ip[0], backend->pod->ip[0]))
			continue;
		for (uint32_t k = 0; k < pod->servers.n; k++) {
			const struct lab_server *server = pod->servers.items[k];

			if (server->fd >= 0 && server->port == backend->port &&
			    server->proto == way->frontend->port->proto)
				return pod;
		}
	}
	return NULL;
}

/* What is predicted of a way. */
struct outlook {
	uint32_t n_backends, n_open;		   /* that it leads to; that may be reached on it */
	WARD_VEC(const struct lab_pod *) speakers; /* of these: who has a server there */
};

static void outlook_find(const struct lab *lab, const struct lab_way *way, struct outlook *ret)
{
	*ret = (struct outlook){};
	for (uint32_t i = 0; i < way->frontend->backends.n; i++) {
		const struct lab_backend *backend = &way->frontend->backends.items[i];
		const struct lab_pod *speaker;

		if (!lab_way_leads_to(way, backend))
			continue;
		ret->n_backends++;
		if (!lab_way_is_open(lab, way, backend))
			continue;
		ret->n_open++;
		speaker = speaker_at(lab, way, backend);
		if (speaker)
			ward_vec_push(&ret->speakers, speaker);
	}
}

static void outlook_done(struct outlook *outlook)
{
	ward_vec_done(&outlook->speakers);
}

/* Must every try be answered? */
static bool is_certain(const struct outlook *outlook)
{
	return outlook->n_backends && outlook->speakers.n == outlook->n_backends;
}

static bool has_met(const struct lab_stage *stage, const struct lab_pod *pod)
{
	for (uint32_t i = 0; i < stage->met.n; i++)
		if (stage->met.items[i].pod == pod)
			return true;
	return false;
}

static bool is_expected(const struct outlook *outlook, const struct lab_pod *pod)
{
	for (uint32_t i = 0; i < outlook->speakers.n; i++)
		if (outlook->speakers.items[i] == pod)
			return true;
	return false;
}

static uint32_t unmet_count(const struct outlook *outlook, const struct lab_stage *stage)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < outlook->speakers.n; i++)
		n += !has_met(stage, outlook->speakers.items[i]);
	return n;
}

static void questions_put(struct lab_tour *tour, uint32_t number, const struct outlook *outlook)
{
	const struct lab_way *way = &tour->stages.items[number].way;
	uint32_t tries = is_certain(outlook) ? TRIES_OPEN : TRIES_CLOSED;
	uint32_t n = outlook->n_backends > 1 ? outlook->n_backends * tries : 1;
	struct lab_question question = {
		.from = way->from,
		.outside = way->outside,
		.ip = lab_way_ip(way),
		.port = lab_way_port(way),
		.proto = way->frontend->port->proto,
		.is_awaited = is_certain(outlook),
		.tag = number,
	};

	for (uint32_t i = 0; i < n; i++)
		ward_vec_push(&tour->questions, question);
}

/* The first round is for all, the others for those with somebody who was not met yet. */
static void round_plan(struct lab_tour *tour)
{
	ward_vec_clear(&tour->questions);
	for (uint32_t i = 0; i < tour->stages.n; i++) {
		struct lab_stage *stage = &tour->stages.items[i];
		struct outlook outlook;

		outlook_find(tour->lab, &stage->way, &outlook);
		if (!tour->round || unmet_count(&outlook, stage))
			questions_put(tour, i, &outlook);
		outlook_done(&outlook);
	}
}

static void met_count(struct lab_stage *stage, const struct lab_pod *pod)
{
	uint32_t i = 0;

	while (i < stage->met.n && stage->met.items[i].pod != pod)
		i++;
	if (i == stage->met.n)
		ward_vec_push(&stage->met, ((struct lab_met){pod, 0}));
	stage->met.items[i].n++;
}

static void answers_take(struct lab_tour *tour)
{
	for (uint32_t i = 0; i < tour->questions.n; i++) {
		const struct lab_question *question = &tour->questions.items[i];
		struct lab_stage *stage = &tour->stages.items[question->tag];

		stage->n_tries++;
		stage->n_silences += question->answer == LAB_SILENCE;
		stage->n_refusals += question->answer == LAB_REFUSAL;
		if (question->answer == LAB_NAME)
			met_count(stage, question->who);
	}
}

static void round_done(void *userdata);

static bool round_begin(struct lab_tour *tour)
{
	round_plan(tour);
	tour->asker = lab_asker_start(tour->lab, tour->questions.items, tour->questions.n,
				      round_done, tour);
	return tour->asker;
}

static void round_done(void *userdata)
{
	struct lab_tour *tour = userdata;

	tour->asker = NULL;
	answers_take(tour);
	if (tour->questions.n && ++tour->round < ROUNDS_MAX && round_begin(tour))
		return;
	tour->fn(tour->userdata);
}

static void stage_add(struct lab_tour *tour, const struct lab_way *way)
{
	ward_vec_push(&tour->stages, ((struct lab_stage){.way = *way}));
}

/* To the Service's address, to the node port of the pod's own node and to that of another one. */
static void stages_from(struct lab_tour *tour, const struct lab_pod *pod,
			const struct lab_frontend *frontend)
{
	const struct lab *lab = tour->lab;
	const struct lab_node *next = &lab->nodes[(pod->node->index + 1) % lab->n_nodes];
	struct lab_way way = {.from = pod, .frontend = frontend};

	stage_add(tour, &way);
	if (!frontend->node_port)
		return;
	way.entry = pod->node;
	stage_add(tour, &way);
	if (next == pod->node)
		return;
	way.entry = next;
	stage_add(tour, &way);
}

static void stages_outside(struct lab_tour *tour, const struct lab_outsiders *outsiders,
			   const struct lab_frontend *frontend)
{
	const struct lab *lab = tour->lab;
	struct lab_way way = {.from = lab->outside, .frontend = frontend};
	uint32_t n = 0;

	for (uint32_t i = 0; i < outsiders->list.n && n < OUTSIDERS_MAX; i++) {
		way.outside = outsiders->list.items[i];
		if (way.outside.family != frontend->ip.family)
			continue;
		n++;
		for (uint32_t k = 0; k < lab->n_nodes && k < ENTRIES_MAX; k++) {
			way.entry = &lab->nodes[k];
			stage_add(tour, &way);
		}
	}
}

static bool has_sctp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, lab_proto_number(WARD_SCTP));

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void stages_plan(struct lab_tour *tour, const struct lab_outsiders *outsiders)
{
	const struct lab *lab = tour->lab;
	bool can_sctp = has_sctp();

	for (uint32_t i = 0; i < lab->services->frontends.n; i++) {
		const struct lab_frontend *frontend = &lab->services->frontends.items[i];

		if (frontend->port->proto == WARD_SCTP && !can_sctp) {
			tour->n_left_out++;
			continue;
		}
		for (uint32_t k = 0; k < lab->pods.n; k++)
			stages_from(tour, lab->pods.items[k], frontend);
		if (frontend->node_port)
			stages_outside(tour, outsiders, frontend);
	}
}

struct lab_tour *lab_tour_start(struct lab *lab, const struct lab_outsiders *outsiders,
				lab_toured_fn fn, void *userdata)
{
	struct lab_tour *tour = ward_new(struct lab_tour);

	tour->lab = lab;
	tour->fn = fn;
	tour->userdata = userdata;
	stages_plan(tour, outsiders);
	if (round_begin(tour))
		return tour;
	lab_tour_done(tour);
	return NULL;
}

void lab_tour_done(struct lab_tour *tour)
{
	if (tour->asker)
		lab_asker_cancel(tour->asker);
	for (uint32_t i = 0; i < tour->stages.n; i++)
		ward_vec_done(&tour->stages.items[i].met);
	ward_vec_done(&tour->stages);
	ward_vec_done(&tour->questions);
	free(tour);
}

static void astray_note(struct lab_tour_report *report, const struct lab_stage *stage,
			const struct lab_pod *to, bool expected_open)
{
	ward_vec_push(&report->astray, ((struct lab_astray){&stage->way, to, expected_open}));
}

/* May nobody be there, or a closed port?  Then a refusal is right. */
static bool may_refuse(const struct outlook *outlook)
{
	return !outlook->n_backends || outlook->speakers.n < outlook->n_open;
}

static void stage_check(const struct outlook *outlook, const struct lab_stage *stage,
			struct lab_tour_report *report)
{
	for (uint32_t i = 0; i < stage->met.n; i++)
		if (!is_expected(outlook, stage->met.items[i].pod))
			astray_note(report, stage, stage->met.items[i].pod, false);
	for (uint32_t i = 0; i < outlook->speakers.n; i++)
		if (!has_met(stage, outlook->speakers.items[i]))
			astray_note(report, stage, outlook->speakers.items[i], true);
	if (stage->n_refusals && !may_refuse(outlook))
		astray_note(report, stage, NULL, is_certain(outlook));
	else if (stage->n_silences && is_certain(outlook))
		astray_note(report, stage, NULL, true);
}

void lab_tour_report(const struct lab_tour *tour, struct lab_tour_report *ret_report)
{
	*ret_report = (struct lab_tour_report){.n_left_out = tour->n_left_out};
	for (uint32_t i = 0; i < tour->stages.n; i++) {
		const struct lab_stage *stage = &tour->stages.items[i];
		uint32_t n_before = ret_report->astray.n;
		struct outlook outlook;

		outlook_find(tour->lab, &stage->way, &outlook);
		stage_check(&outlook, stage, ret_report);
		outlook_done(&outlook);
		ret_report->n_ways++;
		ret_report->n_tries += stage->n_tries;
		ret_report->n_agree += ret_report->astray.n == n_before;
	}
}
