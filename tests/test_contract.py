"""The contract of the API, sentence by sentence: where each is tested, and what is tested here."""

from pathlib import Path

import pytest

from segrec_site.keys import create_key, revoke_keys
from segrec_site.models import ApiKey
from tests.api import Caller, storefront
from tests.factories import make_product

TESTS = Path(__file__).parent
OPEN = ["/health/live", "/health/ready", "/api/v1/schema/", "/api/v1/docs/"]
# What is promised, and the tests that hold it; those without a file are in this one.
SENTENCES = {
    "OpenAPI 3.1 at /api/v1/schema/, as JSON on request": [
        "test_api_schema.py::test_the_schema_needs_no_key_and_comes_as_json_or_yaml",
        "test_api_schema.py::test_the_schema_is_valid_and_nothing_in_it_had_to_be_guessed",
    ],
    "pages at /api/v1/docs/": [
        "segrec_site/test_api_docs.py::test_the_pages_need_no_key",
        "pages/test_api_docs.py::test_the_pages_list_every_call_and_the_browser_complains_of_nothing",
        "pages/test_api_docs.py::test_a_call_can_be_tried",
    ],
    "what pk_ may, what sk_ may, what a read-only key may": [
        "test_api_schema.py::test_a_key_may_do_what_its_kind_may_and_nothing_else",
    ],
    "missing or wrong key: 401 with WWW-Authenticate; wrong kind: 403": [
        "segrec_site/test_authentication.py::test_a_missing_or_wrong_key_is_401_and_says_what_to_send",
        "segrec_site/test_authentication.py::test_a_storefront_key_where_a_secret_one_is_needed_is_403",
    ],
    "no key for health, schema, docs": ["::test_some_paths_need_no_key"],
    "a pk_ with origins is refused from others, without Origin it passes; an sk_ with one": [
        "segrec_site/test_authentication.py::test_a_storefront_key_with_origins_is_refused_from_others",
        "segrec_site/test_authentication.py::test_a_request_without_an_origin_passes",
        "segrec_site/test_authentication.py::test_a_secret_key_in_a_page_is_refused",
    ],
    "preflight": [
        "segrec_site/test_cors.py::test_a_preflight_needs_no_key",
        "segrec_site/test_cors.py::test_secret_paths_answer_no_preflight",
    ],
    "expiry and rotation": [
        "segrec_site/test_authentication.py::test_a_key_serves_until_it_expires",
        "test_fresh_answers.py::test_a_revoked_or_changed_key_is_refused_by_the_very_next_call",
        "::test_a_key_is_changed_for_another_without_a_gap",
    ],
    "600 calls a minute of a pk_ from one address, sk_ without limit; 429 and Retry-After": [
        "segrec_site/test_throttling.py::test_a_publishable_key_may_call_600_times_a_minute",
        "segrec_site/test_throttling.py::test_each_key_and_each_address_has_its_own_count",
        "segrec_site/test_throttling.py::test_a_secret_key_is_not_throttled",
        "segrec_site/test_throttling.py::test_the_call_after_the_last_is_429_and_says_when_to_come_back",
        "segrec_site/test_throttling.py::test_without_redis_nobody_is_throttled",
    ],
    "errors are problems with errors:[{field,detail}]": [
        "segrec_site/test_problems.py::test_each_wrong_field_is_named",
        "segrec_site/test_problems.py::test_an_unknown_path_or_thing_is_404",
    ],
    "unknown or invalid parameters: 400": [
        "segrec_site/test_problems.py::test_an_unknown_parameter_is_400_on_every_method",
        "recommendations/test_api.py::test_unknown_and_wrong_parameters_are_refused",
        "segrec_site/test_api_docs.py::test_an_unknown_or_wrong_parameter_is_a_problem",
        "test_api_parameters.py::test_a_wrong_value_is_refused_by_every_list",
        "test_api_parameters.py::test_a_wrong_value_is_refused_by_every_page_of_rows",
    ],
    "lists: cursor, page_size 1..500 = 50; results, next, previous": [
        "runs/rest/test_paging.py::test_pages_follow_one_another_to_the_end",
        "runs/rest/test_paging.py::test_a_page_has_50_rows_unless_asked_otherwise",
        "runs/rest/test_paging.py::test_what_is_no_page_is_refused_by_name",
        "test_api_parameters.py::test_rows_come_in_pages_of_the_size_asked_for",
    ],
    "ids percent-encoded, slashes too": [
        "runs/rest/test_paths.py::test_any_id_is_reached_percent_encoded",
        "runs/rest/test_paths.py::test_an_encoded_slash_does_not_part_the_path",
        "runs/rest/test_paths.py::test_a_server_reaches_customers_segments_and_runs_percent_encoded",
    ],
    "decimals are strings; every key always present": [
        "runs/rest/test_fields.py::test_money_has_two_decimals_and_more_only_where_they_say_something",
        "test_api_schema.py::test_every_object_an_answer_may_hold_always_has_every_key",
    ],
    "product = columns, attributes, updated_at": [
        "products/test_api.py::test_a_product_is_shown_by_the_names_of_its_columns",
    ],
    "customer = columns, segment, rfm, value_tier, orders, total_spent, last_order_at": [
        "customers/test_api_customers.py::test_a_customer_is_shown_with_what_is_known_from_the_orders",
        "customers/test_api_customers.py::test_a_customer_who_never_bought_has_every_key",
    ],
    "a customer's segment, explained": [
        "customers/test_api_explained.py::test_a_segment_is_explained_by_features_with_their_shares",
        "customers/test_api_segments.py::test_a_customer_in_no_segment_has_every_key_and_a_history",
    ],
    "a basket's list writes nothing": [
        "recommendations/test_api_customers.py::test_a_basket_writes_nothing_and_takes_few_statements",
    ],
    "segments, their customers, their moves": [
        "customers/test_api_segments.py::test_a_segment_is_shown_with_its_numbers",
        "customers/test_api_segments.py::test_members_are_listed_with_since_when",
        "customers/test_api_segments.py::test_moves_in_and_out_are_listed_with_their_cause",
        "customers/test_api_segments.py::test_moves_are_listed_from_a_time_on",
    ],
    "writing at most 1,000 rows and 5 MB: accepted, and rejected by index": [
        "products/test_api.py::test_a_wrong_row_is_named_and_the_others_are_written",
        "products/test_api.py::test_at_most_1000_rows_are_taken_at_once",
        "products/test_api.py::test_at_most_5_megabytes_are_taken_at_once",
        "customers/test_api_writes.py::test_orders_are_written_with_their_customers_and_products",
        "customers/test_api_writes.py::test_at_most_1000_rows_and_5_megabytes_are_taken_at_once",
    ],
    "rows are named as in files, other names for the same included": [
        "customers/test_api_writes.py::test_rows_may_be_named_as_analytics_name_them",
        "customers/test_api_writes.py::test_errors_name_fields_as_they_were_sent",
        "products/test_api.py::test_rows_may_be_named_as_files_may",
    ],
    "deleting: 204; off sale, erased": [
        "products/test_api.py::test_a_deleted_product_is_gone_from_the_very_next_answer",
        "customers/test_api_writes.py::test_an_erased_customer_is_gone_and_stays_gone",
    ],
    "events: at most 500, 202, customer with sk_ only, a known event_id has no effect": [
        "recommendations/test_events.py::test_both_kinds_of_key_tell_events",
        "recommendations/test_events.py::test_what_is_no_array_or_too_long_a_one_is_refused",
        "recommendations/test_events.py::test_only_a_secret_key_says_which_customer_it_was",
        "recommendations/test_events.py::test_a_known_event_has_no_effect",
    ],
    "runs: begun with 202 and Location, 409 when running; published, discarded, rolled back": [
        "runs/test_api.py::test_a_run_is_begun_by_a_worker",
        "runs/test_api.py::test_a_second_run_of_a_kind_at_once_is_409",
        "runs/test_api.py::test_a_held_run_is_published",
        "runs/test_api.py::test_a_held_run_is_discarded",
        "runs/test_api.py::test_a_kind_is_rolled_back",
    ],
    "metrics on loopback or with the token": [
        "segrec_site/test_metrics.py::test_figures_are_for_this_machine",
        "segrec_site/test_metrics.py::test_who_has_the_token_may_ask_from_elsewhere",
    ],
    "limit 1..100 = 10": [
        "::test_a_list_has_ten_products_unless_asked_otherwise",
        "test_api_parameters.py::test_a_parameter_of_a_list_does_what_it_says",
    ],
    "the parameters of lists": [
        "recommendations/test_api.py::test_parameters_choose_products",
        "recommendations/test_api.py::test_nothing_is_compared_with_no_product",
        "recommendations/test_serving.py::test_a_score_asked_for_switches_fallbacks_off",
        "recommendations/test_serving.py::test_the_baseline_is_what_is_popular",
        "::test_two_hundred_ids_can_be_left_out",
        "test_api_parameters.py::test_every_parameter_is_tried",
        "test_api_parameters.py::test_a_parameter_of_a_list_does_what_it_says",
    ],
    "the answer's keys": ["recommendations/test_api.py::test_a_list_has_every_key"],
    "eligible; exactly limit whenever so many exist; order; removed": [
        "recommendations/test_any_answer.py::test_beside_a_product",
        "recommendations/test_any_answer.py::test_for_a_basket",
        "recommendations/test_any_answer.py::test_for_a_customer",
    ],
    "the chains of sources": [
        "recommendations/test_api.py::test_bought_together_goes_down_the_whole_chain",
        "recommendations/test_customer_lists.py::test_the_chain_goes_on_with_the_segment_and_then_the_shop",
        "recommendations/test_api_customers.py::test_a_basket_has_what_goes_with_it_then_what_is_like_it"
        "_then_what_is_popular",
        "recommendations/test_api.py::test_similar_goes_down_the_whole_chain",
    ],
    "source is one of eight; score is null for all but three; rules change no score": [
        "test_api_parameters.py::test_sources_are_one_of_eight_and_three_of_them_have_scores",
        "recommendations/test_rules.py::test_rules_change_the_order_but_no_score",
    ],
    "what a customer bought, wanted soonest first": [
        "recommendations/test_customer_lists.py"
        "::test_what_is_bought_often_and_of_late_is_bought_again_first",
        "recommendations/test_customer_lists.py::test_what_may_not_be_shown_is_not_bought_again",
    ],
    "popular: buyers in the 90 days before as_of, then ever, then newest; it never runs dry": [
        "recommendations/test_serving.py::test_popular_are_buyers_of_late_then_ever_then_the_newest",
        "recommendations/test_serving.py::test_popular_works_without_any_order",
        "recommendations/test_similar.py::test_buyers_are_counted_once_each_up_to_the_data_s_clock",
    ],
    "terms sum to the score; without explain only text": [
        "recommendations/test_serving.py::test_terms_of_an_explained_score_sum_to_it",
        "recommendations/test_customer_lists.py::test_terms_of_an_explained_score_sum_to_it",
        "recommendations/test_api.py::test_terms_come_only_when_asked_for",
    ],
    "unknown product 404; one without neighbours 200; who opted out gets what is popular only": [
        "recommendations/test_api.py::test_an_unknown_product_is_not_found",
        "recommendations/test_api.py::test_a_product_without_neighbours_gets_what_is_popular",
        "recommendations/test_customer_lists.py::test_who_is_left_alone_gets_what_is_popular_only",
    ],
    "public answers follow from URL and stored state; equal answers have equal list_ids": [
        "runs/rest/test_caching.py::test_every_key_gets_the_same_answer",
        "recommendations/test_serving.py::test_equal_lists_have_equal_ids_whatever_the_run",
        "test_fresh_answers.py::test_other_changes_make_copies_old_too",
    ],
    "public, no-cache; Vary; a 304 carries the same headers": [
        "recommendations/test_api.py::test_a_kept_answer_is_revalidated_with_the_same_headers",
        "runs/rest/test_caching.py::test_a_true_copy_is_confirmed_with_the_same_headers",
    ],
    "the very next answer is true": [
        "recommendations/test_api.py::test_what_is_sold_out_or_hidden_is_gone_from_the_very_next_answer",
        "recommendations/test_api.py::test_what_is_deleted_is_gone_from_the_very_next_answer",
        "test_fresh_answers.py::test_every_change_is_seen_at_once_while_others_read",
    ],
    "answers for customers and baskets: private, no-store": [
        "customers/test_api_customers.py::test_answers_about_customers_are_kept_by_nobody",
        "recommendations/test_api_customers.py::test_a_customer_s_list_is_explained_and_kept_by_nobody",
        "recommendations/test_api_customers.py::test_a_basket_has_what_goes_with_it_then_what_is_like_it"
        "_then_what_is_popular",
        "test_api_schema.py::test_answers_are_kept_as_their_paths_promise",
    ],
    "nothing a GET does changes what a later request answers": [
        "test_api_schema.py::test_no_get_writes",
        "recommendations/test_api.py::test_reading_writes_nothing",
        "test_api_schema.py::test_no_get_changes_what_a_later_one_answers",
        "recommendations/test_api_customers.py::test_reading_writes_nothing",
    ],
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_has_its_tests(sentence):
    for named in SENTENCES[sentence]:
        file, _, test = named.partition("::")
        assert f"def {test}(" in (TESTS / (file or "test_contract.py")).read_text(), named


@pytest.mark.django_db
@pytest.mark.parametrize("path", OPEN)
def test_some_paths_need_no_key(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_a_key_is_changed_for_another_without_a_gap():
    old, old_text = create_key("page", "storefront")
    _, new_text = create_key("page", "storefront")
    assert [Caller(text).get("/popular/").status_code for text in (old_text, new_text)] == [200] * 2

    revoke_keys(ApiKey.objects.filter(pk=old.pk))

    statuses = [Caller(text).get("/popular/").status_code for text in (old_text, new_text)]
    assert statuses == [401, 200]


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "count"), [("", 10), ("?limit=1", 1), ("?limit=100", 12)])
def test_a_list_has_ten_products_unless_asked_otherwise(query, count):
    for _ in range(12):
        make_product()

    answer = storefront().get(f"/popular/{query}").json()

    assert (answer["count"], len(answer["results"])) == (count, count)


@pytest.mark.django_db
def test_two_hundred_ids_can_be_left_out():
    make_product(external_id="cup"), make_product(external_id="pan")
    ids = ",".join(["cup", *(f"none-{number}" for number in range(199))])

    answer = storefront().get(f"/popular/?exclude={ids}").json()

    assert [place["product"] for place in answer["results"]] == ["pan"]
