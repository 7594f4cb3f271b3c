(* The global minimiser for d = L = 2: generated, every certificate explicit.
   F n a B C = n^3 times the loss at V = aI + bJ + R, with B = b^2, C = r^2, |R|^2 = 2 r^2. *)
Require Import Reals Lra Lia ZArith.
Open Scope R_scope.

Definition f0 (n a : R) : R := (2)*n^3*a^4 + (-8)*n^3*a^3 + (12)*n^3*a^2 + (-8)*n^3*a + (2)*n^3 + (36)*n^2*a^4 + (-72)*n^2*a^3 + (36)*n^2*a^2 + (158)*n*a^4 + (-112)*n*a^3 + (188)*a^4.
Definition f2 (n a : R) : R := (4)*n^3*a^2 + (-8)*n^3*a + (4)*n^3 + (40)*n^2*a^2 + (-72)*n^2*a + (28)*n^2 + (156)*n*a^2 + (-112)*n*a + (184)*a^2.
Definition f4 (n : R) : R := (2)*n^3 + (4)*n^2 + (-2)*n + (-4).
Definition g2 (n a : R) : R := (12)*n^3*a^2 + (-24)*n^3*a + (12)*n^3 + (152)*n^2*a^2 + (-152)*n^2*a + (28)*n^2 + (564)*n*a^2 + (-208)*n*a + (616)*a^2.
Definition g4 (n : R) : R := (2)*n^3 + (20)*n^2 + (78)*n + (92).
Definition m (n : R) : R := (-4)*n^3 + (-8)*n^2 + (68)*n + (136).
Definition g (n a : R) : R := (1)*n^3*a^3 + (-3)*n^3*a^2 + (3)*n^3*a + (-1)*n^3 + (18)*n^2*a^3 + (-27)*n^2*a^2 + (9)*n^2*a + (79)*n*a^3 + (-42)*n*a^2 + (94)*a^3.
Definition h (n a : R) : R := (1)*n^3*a^2 + (-2)*n^3*a + (1)*n^3 + (10)*n^2*a^2 + (-18)*n^2*a + (7)*n^2 + (39)*n*a^2 + (-28)*n*a + (46)*a^2.
Definition c (n a : R) : R := (-12)*n^4*a^2 + (19)*n^4*a + (-7)*n^4 + (32)*n^3*a^3 + (-144)*n^3*a^2 + (118)*n^3*a + (-25)*n^3 + (256)*n^2*a^3 + (-492)*n^2*a^2 + (183)*n^2*a + (672)*n*a^3 + (-504)*n*a^2 + (576)*a^3.
Definition P (n a : R) : R := (5)*n^7*a^2 + (-10)*n^7*a + (5)*n^7 + (220)*n^6*a^2 + (-336)*n^6*a + (166)*n^6 + (3635)*n^5*a^2 + (-3688)*n^5*a + (1328)*n^5 + (28954)*n^4*a^2 + (-16644)*n^4*a + (4106)*n^4 + (120619)*n^3*a^2 + (-26382)*n^3*a + (7083)*n^3 + (262552)*n^2*a^2 + (8596)*n^2*a + (7792)*n^2 + (272029)*n*a^2 + (38464)*n*a + (98418)*a^2.
Definition U (n a : R) : R := (5)*n^7*a + (-5)*n^7 + (180)*n^6*a + (-201)*n^6 + (2395)*n^5*a + (-2540)*n^5 + (16314)*n^4*a + (-13350)*n^4 + (62267)*n^3*a + (-28577)*n^3 + (130416)*n^2*a + (-15505)*n^2 + (133477)*n*a + (11026)*n + (48162)*a.
Definition R4 (n : R) : R := (25)*n^4 + (-26)*n^3 + (-3624)*n^2 + (-20934)*n + (-32785).
Definition F (n a B C : R) : R := f0 n a + f2 n a * B + f4 n * B^2 + g2 n a * C + g4 n * C^2 + m n * B * C.

Lemma step_positive : forall k c q, 0 <= k -> 0 < c -> 0 <= q -> 0 < c + k*q.
Proof. intros k c q Hk Hc Hq. assert (0 <= k*q) by (apply Rmult_le_pos; assumption). lra. Qed.

Lemma step_nonnegative : forall k c q, 0 <= k -> 0 <= c -> 0 <= q -> 0 <= c + k*q.
Proof. intros k c q Hk Hc Hq. assert (0 <= k*q) by (apply Rmult_le_pos; assumption). lra. Qed.

Lemma square_nonnegative : forall x, 0 <= x^2.
Proof. intro x. replace (x^2) with (Rsqr x) by (unfold Rsqr; ring). apply Rle_0_sqr. Qed.

Lemma positive_by_factor : forall k x, 0 < k -> 0 < k*x -> 0 < x.
Proof. intros k x Hk H. apply (Rmult_lt_reg_l k); [exact Hk | ]. rewrite Rmult_0_r. exact H. Qed.

Lemma quadratic : forall A B C x, 0 < A -> 0 < 4*A*C - B^2 -> 0 < A*x^2 + B*x + C.
Proof.
  intros A B C x HA HD. apply (positive_by_factor (4*A)); [lra | ].
  replace (4*A*(A*x^2 + B*x + C)) with ((2*A*x + B)^2 + (4*A*C - B^2)) by ring.
  pose proof (square_nonnegative (2*A*x + B)). lra.
Qed.

Lemma quadratic_weak : forall A B C x, 0 < A -> 0 <= 4*A*C - B^2 -> 0 <= A*x^2 + B*x + C.
Proof.
  intros A B C x HA HD. apply (Rmult_le_reg_l (4*A)); [lra | ]. rewrite Rmult_0_r.
  replace (4*A*(A*x^2 + B*x + C)) with ((2*A*x + B)^2 + (4*A*C - B^2)) by ring.
  pose proof (square_nonnegative (2*A*x + B)). lra.
Qed.

Lemma bernstein : forall u v b0 b1 b2 b3, 0 <= u -> 0 <= v -> 0 < u + v -> 0 < b0 -> 0 < b1 -> 0 < b2 -> 0 < b3 ->
  0 < b0*(u^0*v^3) + b1*(u^1*v^2) + b2*(u^2*v^1) + b3*(u^3*v^0).
Proof.
  intros u v b0 b1 b2 b3 Hu Hv Hs H0 H1 H2 H3.
  assert (U2 := square_nonnegative u). assert (V2 := square_nonnegative v).
  assert (T1 : 0 <= u*v^2) by (apply Rmult_le_pos; assumption).
  assert (T2 : 0 <= u^2*v) by (apply Rmult_le_pos; assumption).
  assert (M1 : 0 <= b1*(u*v^2)) by (apply Rmult_le_pos; lra).
  assert (M2 : 0 <= b2*(u^2*v)) by (apply Rmult_le_pos; lra).
  replace (b0*(u^0*v^3) + b1*(u^1*v^2) + b2*(u^2*v^1) + b3*(u^3*v^0))
    with (b0*v^3 + b1*(u*v^2) + b2*(u^2*v) + b3*u^3) by ring.
  destruct (Rle_lt_or_eq_dec 0 u Hu) as [P|P].
  - assert (0 < u^3) by (apply pow_lt; exact P). assert (0 <= v^3) by (apply pow_le; exact Hv).
    assert (0 < b3*u^3) by (apply Rmult_lt_0_compat; assumption).
    assert (0 <= b0*v^3) by (apply Rmult_le_pos; lra). lra.
  - assert (0 < v) by lra. assert (0 < v^3) by (apply pow_lt; assumption). assert (0 <= u^3) by (apply pow_le; exact Hu).
    assert (0 < b0*v^3) by (apply Rmult_lt_0_compat; assumption).
    assert (0 <= b3*u^3) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma sum2_top_positive : forall n, 1 <= n -> 0 < (16)*n^3 + (192)*n^2 + (720)*n + (800).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((16)*n^3 + (192)*n^2 + (720)*n + (800)) with (1728 + (n - 1)*(1152 + (n - 1)*(240 + (n - 1)*(16)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma sum2_rest_positive : forall n, 1 <= n -> 0 < (1536)*n^5 + (18432)*n^4 + (69120)*n^3 + (76800)*n^2.
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((1536)*n^5 + (18432)*n^4 + (69120)*n^3 + (76800)*n^2) with (165888 + (n - 1)*(442368 + (n - 1)*(410112 + (n - 1)*(158208 + (n - 1)*(26112 + (n - 1)*(1536)))))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma sum2_positive : forall n a, 1 <= n -> 0 < (16)*n^3*a^2 + (-32)*n^3*a + (16)*n^3 + (192)*n^2*a^2 + (-224)*n^2*a + (56)*n^2 + (720)*n*a^2 + (-320)*n*a + (800)*a^2.
Proof.
  intros n a Hn.
  replace ((16)*n^3*a^2 + (-32)*n^3*a + (16)*n^3 + (192)*n^2*a^2 + (-224)*n^2*a + (56)*n^2 + (720)*n*a^2 + (-320)*n*a + (800)*a^2) with (((16)*n^3 + (192)*n^2 + (720)*n + (800))*a^2 + ((-32)*n^3 + (-224)*n^2 + (-320)*n)*a + ((16)*n^3 + (56)*n^2)) by ring.
  apply quadratic; [apply sum2_top_positive; exact Hn | ].
  replace (4*((16)*n^3 + (192)*n^2 + (720)*n + (800))*((16)*n^3 + (56)*n^2) - ((-32)*n^3 + (-224)*n^2 + (-320)*n)^2) with ((1536)*n^5 + (18432)*n^4 + (69120)*n^3 + (76800)*n^2) by ring.
  apply sum2_rest_positive; exact Hn.
Qed.

Lemma tangent_top_positive : forall n, 1 <= n -> 0 < (12)*n^3 + (152)*n^2 + (564)*n + (616).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((12)*n^3 + (152)*n^2 + (564)*n + (616)) with (1344 + (n - 1)*(904 + (n - 1)*(188 + (n - 1)*(12)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma tangent_rest_positive : forall n, 1 <= n -> 0 < (1344)*n^5 + (11008)*n^4 + (29504)*n^3 + (25728)*n^2.
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((1344)*n^5 + (11008)*n^4 + (29504)*n^3 + (25728)*n^2) with (67584 + (n - 1)*(190720 + (n - 1)*(193728 + (n - 1)*(86976 + (n - 1)*(17728 + (n - 1)*(1344)))))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma tangent_positive : forall n a, 1 <= n -> 0 < (12)*n^3*a^2 + (-24)*n^3*a + (12)*n^3 + (152)*n^2*a^2 + (-152)*n^2*a + (28)*n^2 + (564)*n*a^2 + (-208)*n*a + (616)*a^2.
Proof.
  intros n a Hn.
  replace ((12)*n^3*a^2 + (-24)*n^3*a + (12)*n^3 + (152)*n^2*a^2 + (-152)*n^2*a + (28)*n^2 + (564)*n*a^2 + (-208)*n*a + (616)*a^2) with (((12)*n^3 + (152)*n^2 + (564)*n + (616))*a^2 + ((-24)*n^3 + (-152)*n^2 + (-208)*n)*a + ((12)*n^3 + (28)*n^2)) by ring.
  apply quadratic; [apply tangent_top_positive; exact Hn | ].
  replace (4*((12)*n^3 + (152)*n^2 + (564)*n + (616))*((12)*n^3 + (28)*n^2) - ((-24)*n^3 + (-152)*n^2 + (-208)*n)^2) with ((1344)*n^5 + (11008)*n^4 + (29504)*n^3 + (25728)*n^2) by ring.
  apply tangent_rest_positive; exact Hn.
Qed.

Lemma convex_top_positive : forall n, 1 <= n -> 0 < (3)*n^3 + (54)*n^2 + (237)*n + (282).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((3)*n^3 + (54)*n^2 + (237)*n + (282)) with (576 + (n - 1)*(354 + (n - 1)*(63 + (n - 1)*(3)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma convex_rest_positive : forall n, 1 <= n -> 0 < (108)*n^5 + (864)*n^4 + (2844)*n^3 + (3096)*n^2.
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((108)*n^5 + (864)*n^4 + (2844)*n^3 + (3096)*n^2) with (6912 + (n - 1)*(18720 + (n - 1)*(17892 + (n - 1)*(7380 + (n - 1)*(1404 + (n - 1)*(108)))))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma convex_positive : forall n a, 1 <= n -> 0 < (3)*n^3*a^2 + (-6)*n^3*a + (3)*n^3 + (54)*n^2*a^2 + (-54)*n^2*a + (9)*n^2 + (237)*n*a^2 + (-84)*n*a + (282)*a^2.
Proof.
  intros n a Hn.
  replace ((3)*n^3*a^2 + (-6)*n^3*a + (3)*n^3 + (54)*n^2*a^2 + (-54)*n^2*a + (9)*n^2 + (237)*n*a^2 + (-84)*n*a + (282)*a^2) with (((3)*n^3 + (54)*n^2 + (237)*n + (282))*a^2 + ((-6)*n^3 + (-54)*n^2 + (-84)*n)*a + ((3)*n^3 + (9)*n^2)) by ring.
  apply quadratic; [apply convex_top_positive; exact Hn | ].
  replace (4*((3)*n^3 + (54)*n^2 + (237)*n + (282))*((3)*n^3 + (9)*n^2) - ((-6)*n^3 + (-54)*n^2 + (-84)*n)^2) with ((108)*n^5 + (864)*n^4 + (2844)*n^3 + (3096)*n^2) by ring.
  apply convex_rest_positive; exact Hn.
Qed.

Lemma multiplier_top_positive : forall n, 1 <= n -> 0 < (5)*n^7 + (220)*n^6 + (3635)*n^5 + (28954)*n^4 + (120619)*n^3 + (262552)*n^2 + (272029)*n + (98418).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((5)*n^7 + (220)*n^6 + (3635)*n^5 + (28954)*n^4 + (120619)*n^3 + (262552)*n^2 + (272029)*n + (98418)) with (786432 + (n - 1)*(1294336 + (n - 1)*(837888 + (n - 1)*(277360 + (n - 1)*(50604 + (n - 1)*(5060 + (n - 1)*(255 + (n - 1)*(5)))))))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma multiplier_rest_positive : forall n, 1 <= n -> 0 < (1000)*n^13 + (58684)*n^12 + (1432264)*n^11 + (19388144)*n^10 + (164912896)*n^9 + (940816936)*n^8 + (3702986592)*n^7 + (10016181616)*n^6 + (17922625944)*n^5 + (19462386876)*n^4 + (10605705560)*n^3 + (1588012928)*n^2.
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((1000)*n^13 + (58684)*n^12 + (1432264)*n^11 + (19388144)*n^10 + (164912896)*n^9 + (940816936)*n^8 + (3702986592)*n^7 + (10016181616)*n^6 + (17922625944)*n^5 + (19462386876)*n^4 + (10605705560)*n^3 + (1588012928)*n^2) with (64424509440 + (n - 1)*(297694920704 + (n - 1)*(590646083584 + (n - 1)*(666724204544 + (n - 1)*(480132902912 + (n - 1)*(234842490368 + (n - 1)*(80921801456 + (n - 1)*(20013804464 + (n - 1)*(3564158620 + (n - 1)*(451194336 + (n - 1)*(39302192 + (n - 1)*(2214472 + (n - 1)*(71684 + (n - 1)*(1000)))))))))))))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma multiplier_positive : forall n a, 1 <= n -> 0 < (5)*n^7*a^2 + (-10)*n^7*a + (5)*n^7 + (220)*n^6*a^2 + (-336)*n^6*a + (166)*n^6 + (3635)*n^5*a^2 + (-3688)*n^5*a + (1328)*n^5 + (28954)*n^4*a^2 + (-16644)*n^4*a + (4106)*n^4 + (120619)*n^3*a^2 + (-26382)*n^3*a + (7083)*n^3 + (262552)*n^2*a^2 + (8596)*n^2*a + (7792)*n^2 + (272029)*n*a^2 + (38464)*n*a + (98418)*a^2.
Proof.
  intros n a Hn.
  replace ((5)*n^7*a^2 + (-10)*n^7*a + (5)*n^7 + (220)*n^6*a^2 + (-336)*n^6*a + (166)*n^6 + (3635)*n^5*a^2 + (-3688)*n^5*a + (1328)*n^5 + (28954)*n^4*a^2 + (-16644)*n^4*a + (4106)*n^4 + (120619)*n^3*a^2 + (-26382)*n^3*a + (7083)*n^3 + (262552)*n^2*a^2 + (8596)*n^2*a + (7792)*n^2 + (272029)*n*a^2 + (38464)*n*a + (98418)*a^2) with (((5)*n^7 + (220)*n^6 + (3635)*n^5 + (28954)*n^4 + (120619)*n^3 + (262552)*n^2 + (272029)*n + (98418))*a^2 + ((-10)*n^7 + (-336)*n^6 + (-3688)*n^5 + (-16644)*n^4 + (-26382)*n^3 + (8596)*n^2 + (38464)*n)*a + ((5)*n^7 + (166)*n^6 + (1328)*n^5 + (4106)*n^4 + (7083)*n^3 + (7792)*n^2)) by ring.
  apply quadratic; [apply multiplier_top_positive; exact Hn | ].
  replace (4*((5)*n^7 + (220)*n^6 + (3635)*n^5 + (28954)*n^4 + (120619)*n^3 + (262552)*n^2 + (272029)*n + (98418))*((5)*n^7 + (166)*n^6 + (1328)*n^5 + (4106)*n^4 + (7083)*n^3 + (7792)*n^2) - ((-10)*n^7 + (-336)*n^6 + (-3688)*n^5 + (-16644)*n^4 + (-26382)*n^3 + (8596)*n^2 + (38464)*n)^2) with ((1000)*n^13 + (58684)*n^12 + (1432264)*n^11 + (19388144)*n^10 + (164912896)*n^9 + (940816936)*n^8 + (3702986592)*n^7 + (10016181616)*n^6 + (17922625944)*n^5 + (19462386876)*n^4 + (10605705560)*n^3 + (1588012928)*n^2) by ring.
  apply multiplier_rest_positive; exact Hn.
Qed.

Lemma g4_positive : forall n, 1 <= n -> 0 < (2)*n^3 + (20)*n^2 + (78)*n + (92).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((2)*n^3 + (20)*n^2 + (78)*n + (92)) with (192 + (n - 1)*(124 + (n - 1)*(26 + (n - 1)*(2)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f4_positive : forall n, 2 <= n -> 0 < (2)*n^3 + (4)*n^2 + (-2)*n + (-4).
Proof.
  intros n Hn. assert (K : 0 <= n - 2) by lra.
  replace ((2)*n^3 + (4)*n^2 + (-2)*n + (-4)) with (24 + (n - 2)*(38 + (n - 2)*(16 + (n - 2)*(2)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma difference_positive : forall n, 1 <= n -> 0 < (16)*n^2 + (80)*n + (96).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((16)*n^2 + (80)*n + (96)) with (192 + (n - 1)*(112 + (n - 1)*(16))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma mixed_positive : forall n, 1 <= n -> 0 < (64)*n + (128).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((64)*n + (128)) with (192 + (n - 1)*(64)) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma total_positive : forall n, 1 <= n -> 0 < (16)*n^2 + (144)*n + (224).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((16)*n^2 + (144)*n + (224)) with (384 + (n - 1)*(176 + (n - 1)*(16))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma quartic_positive : forall n, 1 <= n -> 0 < (2)*n^3 + (36)*n^2 + (158)*n + (188).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((2)*n^3 + (36)*n^2 + (158)*n + (188)) with (384 + (n - 1)*(236 + (n - 1)*(42 + (n - 1)*(2)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma onset_positive : forall n, 15 <= n -> 0 < (25)*n^4 + (-26)*n^3 + (-3624)*n^2 + (-20934)*n + (-32785).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((25)*n^4 + (-26)*n^3 + (-3624)*n^2 + (-20934)*n + (-32785)) with (15680 + (n - 15)*(190296 + (n - 15)*(28956 + (n - 15)*(1474 + (n - 15)*(25))))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma left0_positive : forall n, 15 <= n -> 0 < (1)*n^3 + (-14)*n^2 + (15)*n + (414).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((1)*n^3 + (-14)*n^2 + (15)*n + (414)) with (864 + (n - 15)*(270 + (n - 15)*(31 + (n - 15)*(1)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma left1_positive : forall n, 15 <= n -> 0 < (8)*n^3 + (48)*n^2 + (-488)*n + (-1104).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((8)*n^3 + (48)*n^2 + (-488)*n + (-1104)) with (29376 + (n - 15)*(6352 + (n - 15)*(408 + (n - 15)*(8)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma left2_positive : forall n, 15 <= n -> 0 < (16)*n^3 + (160)*n^2 + (624)*n + (736).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((16)*n^3 + (160)*n^2 + (624)*n + (736)) with (100096 + (n - 15)*(16224 + (n - 15)*(880 + (n - 15)*(16)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma right0_positive : forall n, 15 <= n -> 0 < (1)*n^3 + (11)*n^2 + (100)*n + (184).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((1)*n^3 + (11)*n^2 + (100)*n + (184)) with (7534 + (n - 15)*(1105 + (n - 15)*(56 + (n - 15)*(1)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma right1_positive : forall n, 15 <= n -> 0 < (2)*n^3 + (22)*n^2 + (128)*n + (184).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((2)*n^3 + (22)*n^2 + (128)*n + (184)) with (13804 + (n - 15)*(2138 + (n - 15)*(112 + (n - 15)*(2)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma right2_positive : forall n, 15 <= n -> 0 < (1)*n^3 + (10)*n^2 + (39)*n + (46).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((1)*n^3 + (10)*n^2 + (39)*n + (46)) with (6256 + (n - 15)*(1014 + (n - 15)*(55 + (n - 15)*(1)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma cubic_left_positive : forall n, 15 <= n -> 0 < (32)*n^4 + (-256)*n^3 + (-2016)*n^2 + (15552).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((32)*n^4 + (-256)*n^3 + (-2016)*n^2 + (15552)) with (317952 + (n - 15)*(198720 + (n - 15)*(29664 + (n - 15)*(1664 + (n - 15)*(32))))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma cubic_right_positive : forall n, 15 <= n -> 0 < (17)*n^4 + (109)*n^3 + (-446)*n^2 + (-3360)*n + (-4608).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((17)*n^4 + (109)*n^3 + (-446)*n^2 + (-3360)*n + (-4608)) with (1073142 + (n - 15)*(286335 + (n - 15)*(27409 + (n - 15)*(1129 + (n - 15)*(17))))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f2_below0_positive : forall n, 1 <= n -> 0 < (4)*n^3 + (28)*n^2.
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((4)*n^3 + (28)*n^2) with (32 + (n - 1)*(68 + (n - 1)*(40 + (n - 1)*(4)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f2_below1_positive : forall n, 1 <= n -> 0 < (8)*n^3 + (72)*n^2 + (112)*n.
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((8)*n^3 + (72)*n^2 + (112)*n) with (192 + (n - 1)*(280 + (n - 1)*(96 + (n - 1)*(8)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f2_below2_positive : forall n, 1 <= n -> 0 < (4)*n^3 + (40)*n^2 + (156)*n + (184).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((4)*n^3 + (40)*n^2 + (156)*n + (184)) with (384 + (n - 1)*(248 + (n - 1)*(52 + (n - 1)*(4)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f2_above0_positive : forall n, 1 <= n -> 0 < (4)*n^3 + (44)*n^2 + (400)*n + (736).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((4)*n^3 + (44)*n^2 + (400)*n + (736)) with (1184 + (n - 1)*(500 + (n - 1)*(56 + (n - 1)*(4)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f2_above1_positive : forall n, 1 <= n -> 0 < (8)*n^3 + (88)*n^2 + (512)*n + (736).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((8)*n^3 + (88)*n^2 + (512)*n + (736)) with (1344 + (n - 1)*(712 + (n - 1)*(112 + (n - 1)*(8)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f2_above2_positive : forall n, 1 <= n -> 0 < (4)*n^3 + (40)*n^2 + (156)*n + (184).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((4)*n^3 + (40)*n^2 + (156)*n + (184)) with (384 + (n - 1)*(248 + (n - 1)*(52 + (n - 1)*(4)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f0_below1_positive : forall n, 1 <= n -> 0 < (8)*n^3.
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((8)*n^3) with (8 + (n - 1)*(24 + (n - 1)*(24 + (n - 1)*(8)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f0_below2_positive : forall n, 1 <= n -> 0 < (12)*n^3 + (36)*n^2.
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((12)*n^3 + (36)*n^2) with (48 + (n - 1)*(108 + (n - 1)*(72 + (n - 1)*(12)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f0_below3_positive : forall n, 1 <= n -> 0 < (8)*n^3 + (72)*n^2 + (112)*n.
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((8)*n^3 + (72)*n^2 + (112)*n) with (192 + (n - 1)*(280 + (n - 1)*(96 + (n - 1)*(8)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f0_below4_positive : forall n, 1 <= n -> 0 < (2)*n^3 + (36)*n^2 + (158)*n + (188).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((2)*n^3 + (36)*n^2 + (158)*n + (188)) with (384 + (n - 1)*(236 + (n - 1)*(42 + (n - 1)*(2)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f0_above1_positive : forall n, 1 <= n -> 0 < (8)*n^3 + (432)*n^2 + (3712)*n + (6016).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((8)*n^3 + (432)*n^2 + (3712)*n + (6016)) with (10168 + (n - 1)*(4600 + (n - 1)*(456 + (n - 1)*(8)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f0_above2_positive : forall n, 1 <= n -> 0 < (12)*n^3 + (468)*n^2 + (3120)*n + (4512).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((12)*n^3 + (468)*n^2 + (3120)*n + (4512)) with (8112 + (n - 1)*(4092 + (n - 1)*(504 + (n - 1)*(12)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f0_above3_positive : forall n, 1 <= n -> 0 < (8)*n^3 + (216)*n^2 + (1152)*n + (1504).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((8)*n^3 + (216)*n^2 + (1152)*n + (1504)) with (2880 + (n - 1)*(1608 + (n - 1)*(240 + (n - 1)*(8)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma f0_above4_positive : forall n, 1 <= n -> 0 < (2)*n^3 + (36)*n^2 + (158)*n + (188).
Proof.
  intros n Hn. assert (K : 0 <= n - 1) by lra.
  replace ((2)*n^3 + (36)*n^2 + (158)*n + (188)) with (384 + (n - 1)*(236 + (n - 1)*(42 + (n - 1)*(2)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.

Lemma cubic_top_positive : forall n, 15 <= n -> 0 < (32)*n^3 + (256)*n^2 + (672)*n + (576).
Proof.
  intros n Hn. assert (K : 0 <= n - 15) by lra.
  replace ((32)*n^3 + (256)*n^2 + (672)*n + (576)) with (176256 + (n - 15)*(29952 + (n - 15)*(1696 + (n - 15)*(32)))) by ring.
  repeat first [ apply step_positive; [exact K | lra | ] | apply step_nonnegative; [exact K | lra | ] ]; lra.
Qed.


(* 1. Every point with C > 0 has a strictly better one with C = 0: no traceless symmetric part. *)
Lemma reduction : forall n a B C, 1 <= n -> 0 <= B -> 0 < C -> exists B', 0 <= B' /\ F n a B' 0 < F n a B C.
Proof.
  intros n a B C Hn HB HC.
  assert (S : 0 < f2 n a + g2 n a) by (unfold f2, g2; pose proof (sum2_positive n a Hn); lra).
  assert (G : 0 < g2 n a) by (unfold g2; pose proof (tangent_positive n a Hn); lra).
  assert (G4 : 0 < g4 n) by (unfold g4; pose proof (g4_positive n Hn); lra).
  assert (D : 0 < g4 n - f4 n) by (unfold f4, g4; pose proof (difference_positive n Hn); lra).
  assert (M : 0 < m n + 2*f4 n) by (unfold m, f4; pose proof (mixed_positive n Hn); lra).
  assert (T : 0 < g4 n + f4 n + m n) by (unfold m, f4, g4; pose proof (total_positive n Hn); lra).
  assert (C2 : 0 < C^2) by (apply pow_lt; exact HC).
  assert (BC : 0 <= B*C) by (apply Rmult_le_pos; lra).
  destruct (Rle_lt_dec C B) as [L|L].
  - exists (B - C). split; [lra | ].
    assert (E : F n a B C - F n a (B - C) 0 = C*(f2 n a + g2 n a) + (g4 n - f4 n)*C^2 + (m n + 2*f4 n)*(B*C))
      by (unfold F; ring).
    assert (0 < C*(f2 n a + g2 n a)) by (apply Rmult_lt_0_compat; assumption).
    assert (0 < (g4 n - f4 n)*C^2) by (apply Rmult_lt_0_compat; assumption).
    assert (0 <= (m n + 2*f4 n)*(B*C)) by (apply Rmult_le_pos; lra). lra.
  - exists 0. split; [lra | ].
    assert (E : F n a B C - F n a 0 0 = B*(f2 n a + g2 n a) + (g4 n - f4 n)*(B*(C - B)) + (g4 n + f4 n + m n)*(B*C)
      + g2 n a*(C - B) + g4 n*(C - B)^2) by (unfold F; ring).
    assert (0 <= B*(f2 n a + g2 n a)) by (apply Rmult_le_pos; lra).
    assert (0 <= B*(C - B)) by (apply Rmult_le_pos; lra).
    assert (0 <= (g4 n - f4 n)*(B*(C - B))) by (apply Rmult_le_pos; lra).
    assert (0 <= (g4 n + f4 n + m n)*(B*C)) by (apply Rmult_le_pos; lra).
    assert (0 < g2 n a*(C - B)) by (apply Rmult_lt_0_compat; lra).
    assert (0 <= g4 n*(C - B)^2) by (apply Rmult_le_pos; [lra | apply square_nonnegative]). lra.
Qed.

(* 2. Finite cases: n = 1..9 by the discriminant of f2; n = 10..14 by shifted and Bernstein coefficients. *)

Lemma short_1 : forall a, 0 < f2 1 a.
Proof.
  intros a. replace (f2 1 a) with ((384)*a^2 + (-192)*a + (32)) by (unfold f2; ring).
  apply quadratic; lra.
Qed.

Lemma short_2 : forall a, 0 < f2 2 a.
Proof.
  intros a. replace (f2 2 a) with ((688)*a^2 + (-576)*a + (144)) by (unfold f2; ring).
  apply quadratic; lra.
Qed.

Lemma short_3 : forall a, 0 < f2 3 a.
Proof.
  intros a. replace (f2 3 a) with ((1120)*a^2 + (-1200)*a + (360)) by (unfold f2; ring).
  apply quadratic; lra.
Qed.

Lemma short_4 : forall a, 0 < f2 4 a.
Proof.
  intros a. replace (f2 4 a) with ((1704)*a^2 + (-2112)*a + (704)) by (unfold f2; ring).
  apply quadratic; lra.
Qed.

Lemma short_5 : forall a, 0 < f2 5 a.
Proof.
  intros a. replace (f2 5 a) with ((2464)*a^2 + (-3360)*a + (1200)) by (unfold f2; ring).
  apply quadratic; lra.
Qed.

Lemma short_6 : forall a, 0 < f2 6 a.
Proof.
  intros a. replace (f2 6 a) with ((3424)*a^2 + (-4992)*a + (1872)) by (unfold f2; ring).
  apply quadratic; lra.
Qed.

Lemma short_7 : forall a, 0 < f2 7 a.
Proof.
  intros a. replace (f2 7 a) with ((4608)*a^2 + (-7056)*a + (2744)) by (unfold f2; ring).
  apply quadratic; lra.
Qed.

Lemma short_8 : forall a, 0 < f2 8 a.
Proof.
  intros a. replace (f2 8 a) with ((6040)*a^2 + (-9600)*a + (3840)) by (unfold f2; ring).
  apply quadratic; lra.
Qed.

Lemma short_9 : forall a, 0 <= f2 9 a.
Proof.
  intros a. replace (f2 9 a) with ((7744)*a^2 + (-12672)*a + (5184)) by (unfold f2; ring).
  apply quadratic_weak; lra.
Qed.

Lemma middle_10 : forall a, h 10 a < 0 -> c 10 a < 0.
Proof.
  intros a Hh.
  destruct (Rlt_le_dec a (7/10)) as [L|L].
  - exfalso. assert (E : h 10 a = (941/25) + ((7/10) - a)*((3348/5) + ((7/10) - a)*(2436/1))) by (unfold h; field).
    assert (K : 0 <= (7/10) - a) by lra.
    assert (0 < h 10 a); [rewrite E | lra].
    apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
  - destruct (Rlt_le_dec 2 a) as [M|M].
    + exfalso. assert (E : h 10 a = (3284/1) + (a - 2)*((5664/1) + (a - 2)*(2436/1))) by (unfold h; field).
      assert (K : 0 <= a - 2) by lra.
      assert (0 < h 10 a); [rewrite E | lra].
      apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
    + assert (E : - c 10 a = (268272/2197)*((a - (7/10))^0*(2 - a)^3) + (31795360/2197)*((a - (7/10))^1*(2 - a)^2) + (370295600/2197)*((a - (7/10))^2*(2 - a)^1) + (196192000/2197)*((a - (7/10))^3*(2 - a)^0)) by (unfold c; field).
      assert (0 < - c 10 a); [rewrite E | lra].
      apply (bernstein (a - (7/10)) (2 - a)); lra.
Qed.

Lemma middle_11 : forall a, h 11 a < 0 -> c 11 a < 0.
Proof.
  intros a Hh.
  destruct (Rlt_le_dec a (29/40)) as [L|L].
  - exfalso. assert (E : h 11 a = (6197/200) + ((29/40) - a)*((3874/5) + ((29/40) - a)*(3016/1))) by (unfold h; field).
    assert (K : 0 <= (29/40) - a) by lra.
    assert (0 < h 11 a); [rewrite E | lra].
    apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
  - destruct (Rlt_le_dec 2 a) as [M|M].
    + exfalso. assert (E : h 11 a = (3946/1) + (a - 2)*((6916/1) + (a - 2)*(3016/1))) by (unfold h; field).
      assert (K : 0 <= a - 2) by lra.
      assert (0 < h 11 a); [rewrite E | lra].
      apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
    + assert (E : - c 11 a = (24766976/132651)*((a - (29/40))^0*(2 - a)^3) + (1141988480/44217)*((a - (29/40))^1*(2 - a)^2) + (11105772800/44217)*((a - (29/40))^2*(2 - a)^1) + (19100288000/132651)*((a - (29/40))^3*(2 - a)^0)) by (unfold c; field).
      assert (0 < - c 11 a); [rewrite E | lra].
      apply (bernstein (a - (29/40)) (2 - a)); lra.
Qed.

Lemma middle_12 : forall a, h 12 a < 0 -> c 12 a < 0.
Proof.
  intros a Hh.
  destruct (Rlt_le_dec a (3/4)) as [L|L].
  - exfalso. assert (E : h 12 a = (153/8) + ((3/4) - a)*((861/1) + ((3/4) - a)*(3682/1))) by (unfold h; field).
    assert (K : 0 <= (3/4) - a) by lra.
    assert (0 < h 12 a); [rewrite E | lra].
    apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
  - destruct (Rlt_le_dec 2 a) as [M|M].
    + exfalso. assert (E : h 12 a = (4696/1) + (a - 2)*((8344/1) + (a - 2)*(3682/1))) by (unfold h; field).
      assert (K : 0 <= a - 2) by lra.
      assert (0 < h 12 a); [rewrite E | lra].
      apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
    + assert (E : - c 12 a = (53568/125)*((a - (3/4))^0*(2 - a)^3) + (5560704/125)*((a - (3/4))^1*(2 - a)^2) + (45736704/125)*((a - (3/4))^2*(2 - a)^1) + (27629568/125)*((a - (3/4))^3*(2 - a)^0)) by (unfold c; field).
      assert (0 < - c 12 a); [rewrite E | lra].
      apply (bernstein (a - (3/4)) (2 - a)); lra.
Qed.

Lemma middle_13 : forall a, h 13 a < 0 -> c 13 a < 0.
Proof.
  intros a Hh.
  destruct (Rlt_le_dec a (31/40)) as [L|L].
  - exfalso. assert (E : h 13 a = (71/40) + ((31/40) - a)*((918/1) + ((31/40) - a)*(4440/1))) by (unfold h; field).
    assert (K : 0 <= (31/40) - a) by lra.
    assert (0 < h 13 a); [rewrite E | lra].
    apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
  - destruct (Rlt_le_dec 2 a) as [M|M].
    + exfalso. assert (E : h 13 a = (5540/1) + (a - 2)*((9960/1) + (a - 2)*(4440/1))) by (unfold h; field).
      assert (K : 0 <= a - 2) by lra.
      assert (0 < h 13 a); [rewrite E | lra].
      apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
    + assert (E : - c 13 a = (125214720/117649)*((a - (31/40))^0*(2 - a)^3) + (8716902400/117649)*((a - (31/40))^1*(2 - a)^2) + (61534668800/117649)*((a - (31/40))^2*(2 - a)^1) + (38486272000/117649)*((a - (31/40))^3*(2 - a)^0)) by (unfold c; field).
      assert (0 < - c 13 a); [rewrite E | lra].
      apply (bernstein (a - (31/40)) (2 - a)); lra.
Qed.

Lemma middle_14 : forall a, h 14 a < 0 -> c 14 a < 0.
Proof.
  intros a Hh.
  destruct (Rlt_le_dec a (31/40)) as [L|L].
  - exfalso. assert (E : h 14 a = (571/100) + ((31/40) - a)*((5996/5) + ((31/40) - a)*(5296/1))) by (unfold h; field).
    assert (K : 0 <= (31/40) - a) by lra.
    assert (0 < h 14 a); [rewrite E | lra].
    apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
  - destruct (Rlt_le_dec 2 a) as [M|M].
    + exfalso. assert (E : h 14 a = (6484/1) + (a - 2)*((11776/1) + (a - 2)*(5296/1))) by (unfold h; field).
      assert (K : 0 <= a - 2) by lra.
      assert (0 < h 14 a); [rewrite E | lra].
      apply step_positive; [exact K | lra | ]. apply step_nonnegative; [exact K | lra | ]. lra.
    + assert (E : - c 14 a = (37917952/117649)*((a - (31/40))^0*(2 - a)^3) + (10401477120/117649)*((a - (31/40))^1*(2 - a)^2) + (79810502400/117649)*((a - (31/40))^2*(2 - a)^1) + (52038656000/117649)*((a - (31/40))^3*(2 - a)^0)) by (unfold c; field).
      assert (0 < - c 14 a); [rewrite E | lra].
      apply (bernstein (a - (31/40)) (2 - a)); lra.
Qed.


(* 3. A polynomial t (p + t (q + t (r + t s))) that is non-negative near 0 has p = 0. *)
Lemma descent : forall p q r s e, 0 < e -> 0 < p -> exists t, -e <= t < 0 /\ 0 < p + t*(q + t*(r + t*s)).
Proof.
  intros p q r s e He Hp.
  set (M := Rabs q + Rabs r + Rabs s).
  assert (Q := Rabs_pos q). assert (R := Rabs_pos r). assert (S := Rabs_pos s).
  assert (HM : 0 <= M) by (unfold M; lra).
  set (w := Rmin (Rmin 1 e) (p / (2*(M + 1)))).
  assert (Hd : 0 < p / (2*(M + 1))) by (apply Rdiv_lt_0_compat; lra).
  assert (W0 : 0 < w) by (unfold w; repeat apply Rmin_glb_lt; lra).
  assert (W1 : w <= 1) by (unfold w; eapply Rle_trans; [apply Rmin_l | apply Rmin_l]).
  assert (We : w <= e) by (unfold w; eapply Rle_trans; [apply Rmin_l | apply Rmin_r]).
  assert (Wp : w*(M + 1) <= p/2).
  { apply Rle_trans with (p / (2*(M + 1)) * (M + 1)).
    - apply Rmult_le_compat_r; [lra | unfold w; apply Rmin_r].
    - right. field. lra. }
  exists (-w). split; [lra | ].
  assert (Bs : Rabs (-w * s) <= Rabs s).
  { rewrite Rabs_mult, Rabs_Ropp, (Rabs_right w) by lra.
    rewrite <- (Rmult_1_l (Rabs s)) at 2. apply Rmult_le_compat_r; lra. }
  assert (Br : Rabs (-w * (r + -w * s)) <= Rabs r + Rabs s).
  { rewrite Rabs_mult, Rabs_Ropp, (Rabs_right w) by lra.
    assert (T := Rabs_triang r (-w*s)). assert (T0 := Rabs_pos (r + -w*s)).
    apply Rle_trans with (1 * Rabs (r + -w*s)); [apply Rmult_le_compat_r; lra | lra]. }
  assert (Bq : Rabs (q + -w * (r + -w * s)) <= M).
  { assert (T := Rabs_triang q (-w * (r + -w * s))). unfold M. lra. }
  set (k := q + -w * (r + -w * s)) in *.
  assert (Bk : k <= M) by (pose proof (Rle_abs k); lra).
  assert (w*k <= w*M) by (apply Rmult_le_compat_l; lra).
  replace (p + -w * k) with (p - w*k) by ring. lra.
Qed.

Lemma critical : forall p q r s e, 0 < e -> (forall t, -e <= t <= e -> 0 <= t*(p + t*(q + t*(r + t*s)))) -> p = 0.
Proof.
  intros p q r s e He H.
  destruct (Rtotal_order p 0) as [L|[E|L]]; [ | exact E | ]; exfalso.
  - destruct (descent (-p) q (-r) s e He) as [t [[T1 T2] T]]; [lra | ].
    assert (K := H (-t)).
    assert (N : 0 < (-t) * (-p + t*(q + t*(-r + t*s)))) by (apply Rmult_lt_0_compat; lra).
    replace (-t * (p + -t*(q + -t*(r + -t*s)))) with (- ((-t) * (-p + t*(q + t*(-r + t*s))))) in K by ring.
    assert (0 <= - (-t * (- p + t * (q + t * (- r + t * s))))) by (apply K; lra). lra.
  - destruct (descent p q r s e He L) as [t [[T1 T2] T]].
    assert (N : 0 < (-t) * (p + t*(q + t*(r + t*s)))) by (apply Rmult_lt_0_compat; lra).
    assert (0 <= t * (p + t*(q + t*(r + t*s)))) by (apply H; lra). lra.
Qed.

Definition minimiser (n a B C : R) : Prop :=
  0 <= B /\ 0 <= C /\ forall a' B' C', 0 <= B' -> 0 <= C' -> F n a B C <= F n a' B' C'.

Lemma f4_at : forall n, 2 <= n -> 0 < f4 n.
Proof. intros n Hn. unfold f4. pose proof (f4_positive n Hn). lra. Qed.

(* A minimiser with C = 0 has derivative zero in a. *)
Lemma stationary_a : forall n a B, 0 <= B -> minimiser n a B 0 -> 8*g n a + B*((8)*n^3*a + (-8)*n^3 + (80)*n^2*a + (-72)*n^2 + (312)*n*a + (-112)*n + (368)*a) = 0.
Proof.
  intros n a B HB [_ [_ H]].
  apply (critical _ (((12)*n^3*a^2 + (-24)*n^3*a + (12)*n^3 + (216)*n^2*a^2 + (-216)*n^2*a + (36)*n^2 + (948)*n*a^2 + (-336)*n*a + (1128)*a^2) + B*((4)*n^3 + (40)*n^2 + (156)*n + (184))) ((8)*n^3*a + (-8)*n^3 + (144)*n^2*a + (-72)*n^2 + (632)*n*a + (-112)*n + (752)*a) ((2)*n^3 + (36)*n^2 + (158)*n + (188)) 1); [lra | ].
  intros t _. assert (K := H (a + t) B 0 HB (Rle_refl 0)).
  replace (t*(8*g n a + B*((8)*n^3*a + (-8)*n^3 + (80)*n^2*a + (-72)*n^2 + (312)*n*a + (-112)*n + (368)*a) + t*(((12)*n^3*a^2 + (-24)*n^3*a + (12)*n^3 + (216)*n^2*a^2 + (-216)*n^2*a + (36)*n^2 + (948)*n*a^2 + (-336)*n*a + (1128)*a^2) + B*((4)*n^3 + (40)*n^2 + (156)*n + (184)) + t*(((8)*n^3*a + (-8)*n^3 + (144)*n^2*a + (-72)*n^2 + (632)*n*a + (-112)*n + (752)*a) + t*((2)*n^3 + (36)*n^2 + (158)*n + (188))))))
    with (F n (a + t) B 0 - F n a B 0) by (unfold F, g, f0, f2, f4, g2, g4, m; ring). lra.
Qed.

(* One with B > 0 has derivative zero in B. *)
Lemma stationary_B : forall n a B, 0 < B -> minimiser n a B 0 -> f2 n a + 2*f4 n*B = 0.
Proof.
  intros n a B HB [_ [_ H]].
  apply (critical _ (f4 n) 0 0 B); [exact HB | ].
  intros t Ht. assert (K := H a (B + t) 0). assert (K' : F n a B 0 <= F n a (B + t) 0) by (apply K; lra).
  replace (t*(f2 n a + 2*f4 n*B + t*(f4 n + t*(0 + t*0)))) with (F n a (B + t) 0 - F n a B 0) by (unfold F; ring). lra.
Qed.

(* 4. n = 1..9: B > 0 never pays. *)
Lemma early : forall n a B, 0 < f4 n -> (forall x, 0 <= f2 n x) -> 0 < B -> minimiser n a B 0 -> False.
Proof.
  intros n a B H4 H2 HB [_ [_ H]]. assert (K := H a 0 0 (Rle_refl 0) (Rle_refl 0)).
  assert (E : F n a B 0 - F n a 0 0 = B*f2 n a + f4 n*B^2) by (unfold F; ring).
  assert (0 <= B*f2 n a) by (apply Rmult_le_pos; [lra | apply H2]).
  assert (0 < f4 n*B^2) by (apply Rmult_lt_0_compat; [exact H4 | apply pow_lt; exact HB]). lra.
Qed.

Lemma early_strict : forall n a B, n = 1 -> 0 < B -> minimiser n a B 0 -> False.
Proof.
  intros n a B Hn HB [_ [_ H]]. subst n. assert (K := H a 0 0 (Rle_refl 0) (Rle_refl 0)).
  assert (E : F 1 a B 0 - F 1 a 0 0 = B*f2 1 a) by (unfold F, f4; ring).
  assert (0 < B*f2 1 a) by (apply Rmult_lt_0_compat; [exact HB | apply short_1]). lra.
Qed.

(* 5. n = 10..14: a minimiser with B > 0 would have c = 0 and h < 0, but c < 0 where h < 0. *)
Lemma late : forall n a B, 2 <= n -> (forall x, h n x < 0 -> c n x < 0) -> 0 < B -> minimiser n a B 0 -> False.
Proof.
  intros n a B Hn Hc HB Hmin.
  assert (H4 := f4_at n Hn).
  assert (EB := stationary_B n a B HB Hmin).
  assert (EA := stationary_a n a B (Rlt_le _ _ HB) Hmin).
  assert (0 < f4 n*B) by (apply Rmult_lt_0_compat; assumption).
  assert (Hh : h n a < 0) by (replace (h n a) with (f2 n a/4) by (unfold h, f2; field); lra).
  assert (Hc0 := Hc a Hh).
  assert (E : -(128*(n + 2))*c n a
    = 4*f4 n*(8*g n a + B*((8)*n^3*a + (-8)*n^3 + (80)*n^2*a + (-72)*n^2 + (312)*n*a + (-112)*n + (368)*a)) - 2*((8)*n^3*a + (-8)*n^3 + (80)*n^2*a + (-72)*n^2 + (312)*n*a + (-112)*n + (368)*a)*(f2 n a + 2*f4 n*B)) by (unfold c, f2, f4, g; ring).
  rewrite EA, EB in E.
  assert (0 < (128*(n + 2))*(- c n a)) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

(* 6. n >= 15: the best scalar matrix is beaten. *)
Lemma scalar_is_beaten : forall n a, 15 <= n -> minimiser n a 0 0 -> False.
Proof.
  intros n a Hn Hmin.
  assert (EA := stationary_a n a 0 (Rle_refl 0) Hmin).
  assert (Hg : g n a = 0) by lra.
  assert (HP : 0 < P n a) by (unfold P; assert (N : 1 <= n) by lra; pose proof (multiplier_positive n a N); lra).
  assert (HR : 0 < R4 n) by (unfold R4; pose proof (onset_positive n Hn); lra).
  assert (E : P n a*h n a = U n a*g n a - 2*n^4*R4 n) by (unfold P, h, U, g, R4; ring).
  rewrite Hg in E.
  assert (0 < n^4*R4 n) by (apply Rmult_lt_0_compat; [apply pow_lt; lra | exact HR]).
  assert (Hh : h n a < 0).
  { destruct (Rlt_le_dec (h n a) 0) as [L|L]; [exact L | ].
    assert (0 <= P n a*h n a) by (apply Rmult_le_pos; lra). lra. }
  assert (N2 : 2 <= n) by lra. assert (H4 := f4_at n N2).
  assert (Hf : f2 n a < 0) by (replace (f2 n a) with (4*h n a) by (unfold h, f2; ring); lra).
  assert (HB : 0 < - f2 n a/(2*f4 n)) by (apply Rdiv_lt_0_compat; lra).
  destruct Hmin as [_ [_ Hle]].
  assert (K := Hle a (- f2 n a/(2*f4 n)) 0 (Rlt_le _ _ HB) (Rle_refl 0)).
  assert (D : F n a (- f2 n a/(2*f4 n)) 0 - F n a 0 0 = - f2 n a/(2*f4 n) * (f2 n a/2)) by (unfold F; field; lra).
  assert (0 < - f2 n a/(2*f4 n) * (- f2 n a/2)) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

Lemma no_skew_part : forall z a B, (1 <= z < 15)%Z -> 0 < B -> minimiser (IZR z) a B 0 -> False.
Proof.
  intros z a B Hz HB Hmin.
  destruct (Z.eq_dec z 1) as [E|]; [subst z; apply (early_strict 1 a B); [reflexivity | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 2) as [E|]; [subst z; apply (early 2 a B); [apply f4_at; lra | intro x; apply Rlt_le; apply short_2 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 3) as [E|]; [subst z; apply (early 3 a B); [apply f4_at; lra | intro x; apply Rlt_le; apply short_3 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 4) as [E|]; [subst z; apply (early 4 a B); [apply f4_at; lra | intro x; apply Rlt_le; apply short_4 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 5) as [E|]; [subst z; apply (early 5 a B); [apply f4_at; lra | intro x; apply Rlt_le; apply short_5 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 6) as [E|]; [subst z; apply (early 6 a B); [apply f4_at; lra | intro x; apply Rlt_le; apply short_6 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 7) as [E|]; [subst z; apply (early 7 a B); [apply f4_at; lra | intro x; apply Rlt_le; apply short_7 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 8) as [E|]; [subst z; apply (early 8 a B); [apply f4_at; lra | intro x; apply Rlt_le; apply short_8 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 9) as [E|]; [subst z; apply (early 9 a B); [apply f4_at; lra | intro x; apply short_9 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 10) as [E|]; [subst z; apply (late 10 a B); [lra | exact middle_10 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 11) as [E|]; [subst z; apply (late 11 a B); [lra | exact middle_11 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 12) as [E|]; [subst z; apply (late 12 a B); [lra | exact middle_12 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 13) as [E|]; [subst z; apply (late 13 a B); [lra | exact middle_13 | exact HB | exact Hmin] | ].
  destruct (Z.eq_dec z 14) as [E|]; [subst z; apply (late 14 a B); [lra | exact middle_14 | exact HB | exact Hmin] | ].
  lia.
Qed.

(* The theorem: for every integer n >= 1, every global minimiser over all 2x2 matrices has no traceless
   symmetric part, and has a skew part if and only if n >= 15. *)
Theorem skew_iff : forall z a B C, (1 <= z)%Z -> minimiser (IZR z) a B C -> C = 0 /\ (0 < B <-> (15 <= z)%Z).
Proof.
  intros z a B C Hz Hmin.
  assert (Hn : 1 <= IZR z) by (apply IZR_le in Hz; exact Hz).
  assert (HC : C = 0).
  { destruct Hmin as [HB [HC H]].
    destruct (Rle_lt_or_eq_dec 0 C HC) as [L|E]; [exfalso | symmetry; exact E].
    destruct (reduction (IZR z) a B C Hn HB L) as [B' [HB' K]].
    assert (K' := H a B' 0 HB' (Rle_refl 0)). lra. }
  subst C. split; [reflexivity | ]. split; intro Hside.
  - destruct (Z_lt_le_dec z 15) as [L|L]; [exfalso | exact L].
    apply (no_skew_part z a B); [lia | exact Hside | exact Hmin].
  - destruct Hmin as [HB Hrest]. destruct (Rle_lt_or_eq_dec 0 B HB) as [L|E]; [exact L | exfalso].
    subst B. apply (scalar_is_beaten (IZR z) a); [apply IZR_le in Hside; exact Hside | split; [exact HB | exact Hrest]].
Qed.

(* The deterministic part of existence: the parts of highest degree are positive (at n = 1, where the
   coefficient of B^2 vanishes, that of B is positive for every a), and f0 is strictly convex. *)
Theorem existence_signs : forall n a, 1 <= n ->
  0 < g4 n /\ 0 < g4 n - f4 n /\ 0 < m n + 2*f4 n /\ 0 < ((2)*n^3 + (36)*n^2 + (158)*n + (188)) /\ (2 <= n -> 0 < f4 n) /\ f4 1 = 0 /\ 0 < f2 1 a /\
  (forall B C, f4 n*B^2 + m n*B*C + g4 n*C^2 = f4 n*(B - C)^2 + (g4 n - f4 n)*C^2 + (m n + 2*f4 n)*B*C).
Proof.
  intros n a Hn. repeat split.
  - unfold g4. pose proof (g4_positive n Hn). lra.
  - unfold f4, g4. pose proof (difference_positive n Hn). lra.
  - unfold m, f4. pose proof (mixed_positive n Hn). lra.
  - pose proof (quartic_positive n Hn). lra.
  - apply f4_at.
  - unfold f4. ring.
  - apply short_1.
  - intros B C. ring.
Qed.

(* Uniqueness.  Below the threshold: g is increasing, so it has one root. *)
Definition gp (n a : R) : R := (3)*n^3*a^2 + (-6)*n^3*a + (3)*n^3 + (54)*n^2*a^2 + (-54)*n^2*a + (9)*n^2 + (237)*n*a^2 + (-84)*n*a + (282)*a^2.
Definition q4 (n : R) : R := (2)*n^3 + (36)*n^2 + (158)*n + (188).

Lemma one_root : forall n x y, 1 <= n -> g n x = 0 -> g n y = 0 -> x = y.
Proof.
  intros n x y Hn Hx Hy.
  assert (E : (x - y)*(gp n ((x + y)/2) + q4 n/2*((x - y)^2/4)) = g n x - g n y) by (unfold g, gp, q4; field).
  rewrite Hx, Hy in E.
  assert (D : 0 < gp n ((x + y)/2)) by (unfold gp; pose proof (convex_positive n ((x + y)/2) Hn); lra).
  assert (Q : 0 < q4 n) by (unfold q4; pose proof (quartic_positive n Hn); lra).
  assert (S := square_nonnegative (x - y)).
  assert (0 <= q4 n/2*((x - y)^2/4)) by (apply Rmult_le_pos; lra).
  assert (Z : (x - y)*(gp n ((x + y)/2) + q4 n/2*((x - y)^2/4)) = 0) by lra.
  apply Rmult_integral in Z. destruct Z; lra.
Qed.

Theorem one_minimiser_below : forall z a B C a' B' C', (1 <= z < 15)%Z ->
  minimiser (IZR z) a B C -> minimiser (IZR z) a' B' C' -> a = a' /\ B = 0 /\ C = 0 /\ B' = 0 /\ C' = 0.
Proof.
  intros z a B C a' B' C' Hz H H'.
  assert (Hz1 : (1 <= z)%Z) by lia.
  assert (Hn : 1 <= IZR z) by (apply IZR_le in Hz1; exact Hz1).
  destruct (skew_iff z a B C Hz1 H) as [EC EB]. destruct (skew_iff z a' B' C' Hz1 H') as [EC' EB'].
  assert (ZB : B = 0).
  { destruct H as [P _]. destruct (Rle_lt_or_eq_dec 0 B P) as [L|E]; [exfalso; apply EB in L; lia | symmetry; exact E]. }
  assert (ZB' : B' = 0).
  { destruct H' as [P _]. destruct (Rle_lt_or_eq_dec 0 B' P) as [L|E]; [exfalso; apply EB' in L; lia | symmetry; exact E]. }
  subst B C B' C'. repeat split.
  assert (S := stationary_a (IZR z) a 0 (Rle_refl 0) H). assert (S' := stationary_a (IZR z) a' 0 (Rle_refl 0) H').
  apply (one_root (IZR z)); [exact Hn | lra | lra].
Qed.

(* From the threshold on: h < 0 only between 3/4 and 2, where the cubic c has one root. *)
Lemma valley : forall n a, 15 <= n -> h n a < 0 -> 3/4 < a < 2.
Proof.
  intros n a Hn Hh. split.
  - destruct (Rlt_le_dec (3/4) a) as [L|L]; [exact L | exfalso].
    assert (E : 16*h n a = ((1)*n^3 + (-14)*n^2 + (15)*n + (414)) + (3/4 - a)*(((8)*n^3 + (48)*n^2 + (-488)*n + (-1104)) + (3/4 - a)*((16)*n^3 + (160)*n^2 + (624)*n + (736)))) by (unfold h; field).
    assert (K : 0 <= 3/4 - a) by lra.
    assert (0 < 16*h n a); [rewrite E | lra].
    apply step_positive; [exact K | apply left0_positive; exact Hn | ].
    apply step_nonnegative; [exact K | apply Rlt_le, left1_positive; exact Hn | apply Rlt_le, left2_positive; exact Hn].
  - destruct (Rlt_le_dec a 2) as [L|L]; [exact L | exfalso].
    assert (E : h n a = ((1)*n^3 + (11)*n^2 + (100)*n + (184)) + (a - 2)*(((2)*n^3 + (22)*n^2 + (128)*n + (184)) + (a - 2)*((1)*n^3 + (10)*n^2 + (39)*n + (46)))) by (unfold h; ring).
    assert (K : 0 <= a - 2) by lra.
    assert (0 < h n a); [rewrite E | lra].
    apply step_positive; [exact K | apply right0_positive; exact Hn | ].
    apply step_nonnegative; [exact K | apply Rlt_le, right1_positive; exact Hn | apply Rlt_le, right2_positive; exact Hn].
Qed.

Lemma one_critical : forall n u v, 15 <= n -> 3/4 < u < 2 -> 3/4 < v < 2 -> c n u = 0 -> c n v = 0 -> u = v.
Proof.
  intros n u v Hn Hu Hv Eu Ev. destruct (Req_dec u v) as [E|N]; [exact E | exfalso].
  set (k := (32)*n^3 + (256)*n^2 + (672)*n + (576)). set (e := ((-12)*n^4 + (-144)*n^3 + (-492)*n^2 + (-504)*n) + k*(u + v)).
  assert (I : forall x, c n x = (x - u)*(x - v)*(k*x + e)).
  { intro x. assert (J : (u - v)*(c n x - (x - u)*(x - v)*(k*x + e)) = c n u*(x - v) - c n v*(x - u))
      by (unfold c, e, k; ring).
    rewrite Eu, Ev in J. assert (Z : (u - v)*(c n x - (x - u)*(x - v)*(k*x + e)) = 0) by lra.
    apply Rmult_integral in Z. destruct Z; lra. }
  assert (Hk : 0 < k) by (unfold k; apply cubic_top_positive; exact Hn).
  assert (HL : 0 < c n (3/4)).
  { assert (0 < 64*c n (3/4)); [ | lra].
    replace (64*c n (3/4)) with ((32)*n^4 + (-256)*n^3 + (-2016)*n^2 + (15552)) by (unfold c; field). apply cubic_left_positive; exact Hn. }
  assert (HR : 0 < - c n 2) by (replace (- c n 2) with ((17)*n^4 + (109)*n^3 + (-446)*n^2 + (-3360)*n + (-4608)) by (unfold c; ring); apply cubic_right_positive; exact Hn).
  assert (PL : 0 < (u - 3/4)*(v - 3/4)) by (apply Rmult_lt_0_compat; lra).
  assert (PR : 0 < (2 - u)*(2 - v)) by (apply Rmult_lt_0_compat; lra).
  assert (SL : 0 < k*(3/4) + e).
  { apply (positive_by_factor ((u - 3/4)*(v - 3/4))); [exact PL | ].
    replace ((u - 3/4)*(v - 3/4)*(k*(3/4) + e)) with ((3/4 - u)*(3/4 - v)*(k*(3/4) + e)) by ring.
    rewrite <- I. exact HL. }
  assert (SR : 0 < - (k*2 + e)).
  { apply (positive_by_factor ((2 - u)*(2 - v))); [exact PR | ].
    replace ((2 - u)*(2 - v)*(- (k*2 + e))) with (- ((2 - u)*(2 - v)*(k*2 + e))) by ring.
    rewrite <- I. exact HR. }
  lra.
Qed.

(* One value of a and of B = b^2, hence the two matrices aI + bJ and aI - bJ. *)
Theorem two_minimisers_above : forall z a B C a' B' C', (15 <= z)%Z ->
  minimiser (IZR z) a B C -> minimiser (IZR z) a' B' C' -> a = a' /\ B = B' /\ C = 0 /\ C' = 0 /\ 0 < B.
Proof.
  intros z a B C a' B' C' Hz H H'.
  assert (Hz1 : (1 <= z)%Z) by lia.
  assert (Hn : 15 <= IZR z) by (apply IZR_le in Hz; exact Hz).
  destruct (skew_iff z a B C Hz1 H) as [EC [_ EB]]. destruct (skew_iff z a' B' C' Hz1 H') as [EC' [_ EB']].
  assert (LB := EB Hz). assert (LB' := EB' Hz). subst C C'.
  set (n := IZR z) in *.
  assert (N2 : 2 <= n) by lra. assert (H4 := f4_at n N2).
  assert (Q : forall x y, 0 < y -> minimiser n x y 0 -> h n x < 0 /\ c n x = 0).
  { intros x y Hy M.
    assert (TB := stationary_B n x y Hy M). assert (TA := stationary_a n x y (Rlt_le _ _ Hy) M).
    assert (0 < f4 n*y) by (apply Rmult_lt_0_compat; assumption).
    split; [replace (h n x) with (f2 n x/4) by (unfold h, f2; field); lra | ].
    assert (E : -(128*(n + 2))*c n x
      = 4*f4 n*(8*g n x + y*((8)*n^3*x + (-8)*n^3 + (80)*n^2*x + (-72)*n^2 + (312)*n*x + (-112)*n + (368)*x)) - 2*((8)*n^3*x + (-8)*n^3 + (80)*n^2*x + (-72)*n^2 + (312)*n*x + (-112)*n + (368)*x)*(f2 n x + 2*f4 n*y)) by (unfold c, f2, f4, g; ring).
    rewrite TA, TB in E.
    assert (Z : (128*(n + 2))*c n x = 0) by lra. apply Rmult_integral in Z. destruct Z; lra. }
  destruct (Q a B LB H) as [V E]. destruct (Q a' B' LB' H') as [V' E'].
  assert (A : a = a') by (apply (one_critical n); [exact Hn | apply (valley n); assumption | apply (valley n); assumption | exact E | exact E']).
  subst a'. repeat split; try exact LB.
  assert (T := stationary_B n a B LB H). assert (T' := stationary_B n a B' LB' H').
  assert (Z : f4 n*(B - B') = 0) by lra. apply Rmult_integral in Z. destruct Z; lra.
Qed.

(* Existence.  For given a the best B >= 0 leaves psi(a); outside [0, 2] psi is f0, which is larger than
   at 0 or at 2; on [0, 2] a continuous function has a least value. *)
Definition neg (x : R) : R := (x - Rabs x)/2.
Definition psi (n k a : R) : R := f0 n a - k*(neg (f2 n a))^2.

Lemma neg_zero : forall x, 0 <= x -> neg x = 0.
Proof. intros x Hx. unfold neg. rewrite Rabs_right; lra. Qed.

Lemma neg_self : forall x, x <= 0 -> neg x = x.
Proof. intros x Hx. unfold neg. rewrite Rabs_left1; lra. Qed.

Lemma f2_outside : forall n a, 1 <= n -> a <= 0 \/ 2 <= a -> 0 < f2 n a.
Proof.
  intros n a Hn [L|L].
  - replace (f2 n a) with (((4)*n^3 + (28)*n^2) + (0 - a)*(((8)*n^3 + (72)*n^2 + (112)*n) + (0 - a)*((4)*n^3 + (40)*n^2 + (156)*n + (184)))) by (unfold f2; ring).
    assert (K : 0 <= 0 - a) by lra.
    apply step_positive; [exact K | apply f2_below0_positive; exact Hn | ].
    apply step_nonnegative; [exact K | apply Rlt_le, f2_below1_positive; exact Hn | apply Rlt_le, f2_below2_positive; exact Hn].
  - replace (f2 n a) with (((4)*n^3 + (44)*n^2 + (400)*n + (736)) + (a - 2)*(((8)*n^3 + (88)*n^2 + (512)*n + (736)) + (a - 2)*((4)*n^3 + (40)*n^2 + (156)*n + (184)))) by (unfold f2; ring).
    assert (K : 0 <= a - 2) by lra.
    apply step_positive; [exact K | apply f2_above0_positive; exact Hn | ].
    apply step_nonnegative; [exact K | apply Rlt_le, f2_above1_positive; exact Hn | apply Rlt_le, f2_above2_positive; exact Hn].
Qed.

Lemma f0_outside : forall n a, 1 <= n -> (a <= 0 -> f0 n 0 <= f0 n a) /\ (2 <= a -> f0 n 2 <= f0 n a).
Proof.
  intros n a Hn. split; intro L.
  - assert (E : f0 n a - f0 n 0 = 0 + (0 - a)*(((8)*n^3) + (0 - a)*(((12)*n^3 + (36)*n^2) + (0 - a)*(((8)*n^3 + (72)*n^2 + (112)*n) + (0 - a)*((2)*n^3 + (36)*n^2 + (158)*n + (188))))))
      by (unfold f0; ring).
    assert (K : 0 <= 0 - a) by lra. assert (0 <= f0 n a - f0 n 0); [rewrite E | lra].
    apply step_nonnegative; [exact K | lra | ].
    apply step_nonnegative; [exact K | apply Rlt_le, f0_below1_positive; exact Hn | ].
    apply step_nonnegative; [exact K | apply Rlt_le, f0_below2_positive; exact Hn | ].
    apply step_nonnegative; [exact K | apply Rlt_le, f0_below3_positive; exact Hn | apply Rlt_le, f0_below4_positive; exact Hn].
  - assert (E : f0 n a - f0 n 2 = 0 + (a - 2)*(((8)*n^3 + (432)*n^2 + (3712)*n + (6016)) + (a - 2)*(((12)*n^3 + (468)*n^2 + (3120)*n + (4512)) + (a - 2)*(((8)*n^3 + (216)*n^2 + (1152)*n + (1504)) + (a - 2)*((2)*n^3 + (36)*n^2 + (158)*n + (188))))))
      by (unfold f0; ring).
    assert (K : 0 <= a - 2) by lra. assert (0 <= f0 n a - f0 n 2); [rewrite E | lra].
    apply step_nonnegative; [exact K | lra | ].
    apply step_nonnegative; [exact K | apply Rlt_le, f0_above1_positive; exact Hn | ].
    apply step_nonnegative; [exact K | apply Rlt_le, f0_above2_positive; exact Hn | ].
    apply step_nonnegative; [exact K | apply Rlt_le, f0_above3_positive; exact Hn | apply Rlt_le, f0_above4_positive; exact Hn].
Qed.

Lemma neg_continuous : forall (f : R -> R) x, continuity_pt f x -> continuity_pt (fun t => neg (f t)) x.
Proof.
  intros f x H. unfold neg.
  apply (continuity_pt_mult (fun t => f t - Rabs (f t)) (fun _ => / 2)).
  - apply (continuity_pt_minus f (fun t => Rabs (f t))); [exact H | ].
    apply (continuity_pt_comp f Rabs); [exact H | apply Rcontinuity_abs].
  - apply continuity_pt_const. intros y z. reflexivity.
Qed.

Lemma psi_continuous : forall n k x, continuity_pt (psi n k) x.
Proof.
  intros n k x. unfold psi.
  apply (continuity_pt_minus (f0 n) (fun t => k*(neg (f2 n t))^2)).
  - unfold f0. reg.
  - apply (continuity_pt_mult (fun _ => k) (fun t => (neg (f2 n t))^2)).
    + apply continuity_pt_const. intros y z. reflexivity.
    + assert (N : continuity_pt (fun t => neg (f2 n t)) x) by (apply neg_continuous; unfold f2; reg).
      apply (continuity_pt_mult (fun t => neg (f2 n t)) (fun t => neg (f2 n t) * 1)); [exact N | ].
      apply (continuity_pt_mult (fun t => neg (f2 n t)) (fun _ => 1)); [exact N | ].
      apply continuity_pt_const. intros y z. reflexivity.
Qed.

Lemma existence_from : forall n k, 1 <= n -> 0 <= k -> (forall a B, 0 <= B -> psi n k a <= F n a B 0) ->
  (forall a, exists B, 0 <= B /\ F n a B 0 = psi n k a) -> exists a B, minimiser n a B 0.
Proof.
  intros n k Hn Hk Below Attained.
  destruct (continuity_ab_min (psi n k) 0 2) as [u [U1 U2]]; [lra | intros x _; apply psi_continuous | ].
  assert (All : forall x, psi n k u <= psi n k x).
  { intro x. destruct (f0_outside n x Hn) as [O1 O2].
    assert (P : forall y, psi n k y <= f0 n y).
    { intro y. unfold psi. assert (0 <= k*(neg (f2 n y))^2) by (apply Rmult_le_pos; [exact Hk | apply square_nonnegative]). lra. }
    assert (S : x <= 0 \/ 2 <= x -> psi n k x = f0 n x).
    { intro T. unfold psi. rewrite neg_zero by (apply Rlt_le, f2_outside; assumption). ring. }
    destruct (Rle_lt_dec x 0) as [L|L].
    - rewrite S by (left; exact L). assert (A := O1 L). assert (B := U1 0). assert (C := P 0). lra.
    - destruct (Rle_lt_dec 2 x) as [M|M].
      + rewrite S by (right; exact M). assert (A := O2 M). assert (B := U1 2). assert (C := P 2). lra.
      + apply U1. lra. }
  destruct (Attained u) as [B [HB E]].
  exists u, B. split; [exact HB | split; [lra | ]]. intros a' B' C' HB' HC'. rewrite E.
  destruct (Rle_lt_or_eq_dec 0 C' HC') as [L|Z].
  - destruct (reduction n a' B' C' Hn HB' L) as [B'' [HB'' K]].
    assert (T := All a'). assert (T' := Below a' B'' HB''). lra.
  - subst C'. assert (T := All a'). assert (T' := Below a' B' HB'). lra.
Qed.

Theorem existence : forall z, (1 <= z)%Z -> exists a B, minimiser (IZR z) a B 0.
Proof.
  intros z Hz. assert (Hn : 1 <= IZR z) by (apply IZR_le in Hz; exact Hz).
  destruct (Z.eq_dec z 1) as [E1|N1].
  - subst z. apply (existence_from 1 0); [lra | lra | | ].
    + intros a B HB. assert (E : F 1 a B 0 - psi 1 0 a = B*f2 1 a) by (unfold F, psi, f4; ring).
      assert (S := short_1 a). assert (0 <= B*f2 1 a) by (apply Rmult_le_pos; lra). lra.
    + intro a. exists 0. split; [lra | unfold F, psi; ring].
  - assert (Hz2 : (2 <= z)%Z) by lia. assert (N2 : 2 <= IZR z) by (apply IZR_le in Hz2; exact Hz2).
    assert (H4 := f4_at (IZR z) N2). set (n := IZR z) in *.
    assert (Hk : 0 < / (4*f4 n)) by (apply Rinv_0_lt_compat; lra).
    apply (existence_from n (/ (4*f4 n))); [exact Hn | lra | | ].
    + intros a B HB. destruct (Rle_lt_dec 0 (f2 n a)) as [L|L].
      * assert (E : F n a B 0 - psi n (/ (4*f4 n)) a = B*f2 n a + f4 n*B^2)
          by (unfold psi; rewrite neg_zero by exact L; unfold F; ring).
        assert (0 <= B*f2 n a) by (apply Rmult_le_pos; lra).
        assert (0 <= f4 n*B^2) by (apply Rmult_le_pos; [lra | apply square_nonnegative]). lra.
      * assert (E : F n a B 0 - psi n (/ (4*f4 n)) a = f4 n*(B + f2 n a/(2*f4 n))^2)
          by (unfold psi; rewrite neg_self by lra; unfold F; field; lra).
        assert (0 <= f4 n*(B + f2 n a/(2*f4 n))^2) by (apply Rmult_le_pos; [lra | apply square_nonnegative]). lra.
    + intro a. destruct (Rle_lt_dec 0 (f2 n a)) as [L|L].
      * exists 0. split; [lra | unfold psi; rewrite neg_zero by exact L; unfold F; ring].
      * exists (- f2 n a/(2*f4 n)). split.
        -- apply Rlt_le, Rdiv_lt_0_compat; lra.
        -- unfold psi. rewrite neg_self by lra. unfold F. field. lra.
Qed.

Print Assumptions skew_iff.
Print Assumptions one_minimiser_below.
Print Assumptions two_minimisers_above.
Print Assumptions existence_signs.
Print Assumptions existence.
