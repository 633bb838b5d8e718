from customers.naming.faces import COLOURS, MARKS, new_key, next_face


def test_no_two_of_a_dozen_segments_look_alike():
    faces = []
    for _ in range(12):
        faces.append(next_face(faces))

    assert len({colour for colour, _ in faces}) == len(COLOURS) == 12
    assert len({mark for _, mark in faces}) == len(MARKS) == 12


def test_there_is_a_face_for_every_further_segment():
    assert next_face([next_face([])] * 40) in [(c, m) for c in COLOURS for m in MARKS]


def test_a_key_is_never_given_twice():
    keys = []
    for _ in range(4):
        keys.append(new_key("At risk", keys))

    assert keys == ["at-risk", "at-risk-2", "at-risk-3", "at-risk-4"]


def test_a_name_without_letters_still_gets_a_key():
    assert new_key("★", []) == "segment"
    assert len(new_key("x" * 200, [])) <= 80
